import type { Evidence, Finding } from "../evidence/evidence.ts";
import { toQuestion } from "../upstream/marks.ts";
import { explain, lostToBucket } from "./explained.ts";

/** Portraits that were paid for, and are not there. */
function lost(evidence: Evidence): Finding[] {
  const { calls, served, questions, erased } = evidence;
  const there = new Set(served.map(({ look }) => look));
  const kept = new Set(
    questions.filter(({ person = "" }) => !erased.includes(person)).map(({ mark }) => mark),
  );
  const paid = calls.filter(
    ({ kind, good, mark }) => kind === "portrait" && good && kept.has(toQuestion(mark)),
  );
  return [...Map.groupBy(paid, ({ mark }) => mark)].flatMap(([look, its]) => {
    if (there.has(look) || lostToBucket(look, evidence) > 0) return [];
    const finding = { check: "portraits", what: `${look} was paid for and is lost` };
    return [explain(finding, its, evidence)];
  });
}

/** Every portrait that was paid for is stored, and served as it is at every size. */
export function checkPortraits(evidence: Evidence): Finding[] {
  const wrong = evidence.served.flatMap(({ look, size, wrong }) => {
    return wrong === undefined ? [] : [{ check: "portraits", what: `${look}, ${size}: ${wrong}` }];
  });
  return [...wrong, ...lost(evidence)];
}
