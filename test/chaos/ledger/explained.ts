import type { Call, Evidence, Finding, Span } from "../evidence/evidence.ts";

/** What was told the upstream may not have been written down when the server died so soon after. Milliseconds. */
const UNWRITTEN_MS = 6_000;

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to;

/** The kills that a call may have been lost in: under way, or just over. */
export function killsOf({ from, to }: Span, { kills }: Evidence): Span[] {
  return kills.filter((kill) => overlap({ from, to: to + UNWRITTEN_MS }, kill));
}

/** The same for several. */
export function killsUnder(calls: readonly Call[], evidence: Evidence): ReadonlySet<Span> {
  return new Set(calls.flatMap((call) => killsOf(call, evidence)));
}

/** Each of them, with where it came upon the call that ended last before it. */
function inWords(calls: readonly Call[], evidence: Evidence): string {
  const said = [...killsUnder(calls, evidence)].map((kill) => {
    const under = calls.filter((call) => killsOf(call, evidence).includes(kill));
    const afterMs = kill.from - Math.max(...under.map(({ to }) => to));
    return `the kill at ${new Date(kill.from).toISOString()}, ${afterMs > 0 ? `${afterMs} ms after` : "under"} a call`;
  });
  return said.join("; ");
}

/** The same finding, with the kills that came upon these calls, if any did. */
export function explain(finding: Finding, calls: readonly Call[], evidence: Evidence): Finding {
  const explainedBy = inWords(calls, evidence);
  return explainedBy === "" ? finding : { ...finding, explainedBy };
}

/** How often the service tries to keep a picture. */
const PUTS = 4;

/** How often a picture of this look was refused by R2 until it was given up. */
export function lostToBucket(look: string, { books, faults }: Evidence): number {
  const [{ id = "" } = {}] = books.portraits.get(look) ?? [];
  const puts = faults.filter(({ operation, ids }) => operation === "put" && ids.includes(id));
  return Math.floor(puts.length / PUTS);
}

/** The least and the most that something may stand in the books with. US dollars. */
export type Bounds = readonly [number, number];

/**
 * Of these calls: as billed, or, where the upstream told nobody, or a kill that `evidence` has came upon one, up to the
 * worst case.
 */
export function boundsOf(calls: readonly Call[], evidence?: Evidence): Bounds {
  const least = calls.reduce((sum, { billedUsd = 0 }) => sum + billedUsd, 0);
  const most = calls.reduce((sum, call) => {
    const { billedUsd = 0, worstUsd } = call;
    const isOpen = call.billedUsd === undefined || (evidence && killsOf(call, evidence).length > 0);
    return sum + (isOpen ? Math.max(worstUsd, billedUsd) : billedUsd);
  }, 0);
  return [least, most];
}
