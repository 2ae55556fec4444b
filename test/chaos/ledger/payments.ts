import type { Evidence, Finding } from "../evidence/evidence.ts";
import { explain, killsUnder, lostToBucket } from "./explained.ts";

/** Each distinct work was paid for once, plus what the kills explain. */
export function checkPayments(evidence: Evidence): Finding[] {
  const runs = new Map(evidence.questions.map(({ mark, runs }) => [mark, runs]));
  const good = Map.groupBy(
    evidence.calls.filter((call) => call.good),
    ({ mark }) => mark,
  );
  return [...good].flatMap(([mark, calls]) => {
    const due = runs.get(mark) ?? 1 + lostToBucket(mark, evidence);
    if (calls.length <= due) return [];
    const times = calls.map(({ from, to }) => `${new Date(from).toISOString()} +${to - from}`).join(", ");
    const finding = {
      check: "payments",
      what: `${mark} was paid for ${calls.length} times and not ${due}: ${times}`,
    };
    const before = calls.toSorted((one, other) => one.from - other.from).slice(0, -1);
    const isExplained = calls.length <= due + killsUnder(before, evidence).size;
    return [isExplained ? explain(finding, before, evidence) : finding];
  });
}
