import type { Call, Evidence, Finding } from "../evidence/evidence.ts";
import { killsOf } from "./explained.ts";

/** How often work may be paid for again, since kills may have lost what it gave. */
function explained(calls: readonly Call[], evidence: Evidence): number {
  return new Set(calls.flatMap((call) => killsOf(call, evidence))).size;
}

/** A picture that R2 refuses twice cannot be kept. */
function lostToBucket(look: string, { books, faults }: Evidence): number {
  const key = books.portraits.get(look)?.id ?? "";
  const puts = faults.filter(
    ({ binding, operation, ids }) => binding === "r2" && operation === "put" && ids.includes(key),
  );
  return Math.floor(puts.length / 2);
}

/** Each distinct work was paid for once, plus what the kills explain. */
export function checkPayments(evidence: Evidence): Finding[] {
  const runs = new Map(evidence.questions.map(({ mark, runs }) => [mark, runs]));
  const good = Map.groupBy(
    evidence.calls.filter((call) => call.good),
    ({ mark }) => mark,
  );
  return [...good].flatMap(([mark, calls]) => {
    const due = runs.get(mark) ?? 1 + lostToBucket(mark, evidence);
    const allowed = due + explained(calls, evidence);
    const times = calls.map(({ from, to }) => `${new Date(from).toISOString()} +${to - from}`).join(", ");
    const what = `${mark} was paid for ${calls.length} times and not ${allowed}: ${times}`;
    return calls.length <= allowed ? [] : [{ check: "payments", what }];
  });
}
