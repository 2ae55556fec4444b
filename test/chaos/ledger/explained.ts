import type { Call, Evidence, Span } from "../evidence/evidence.ts";

/** What was told the upstream may not have been written down when the server died so soon after. Milliseconds. */
const UNWRITTEN_MS = 6_000;

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to;

/** The kills that a call may have been lost in: under way, or just over. */
export function killsOf({ from, to }: Span, { kills }: Evidence): Span[] {
  return kills.filter((kill) => overlap({ from, to: to + UNWRITTEN_MS }, kill));
}

/** Whether a binding failed for one of these ids, so that something of them may not have been written. */
export function wasRefused(ids: readonly string[], { faults }: Evidence): boolean {
  return faults.some((fault) => fault.ids.some((id) => ids.includes(id)));
}

/** The least and the most that these calls may stand in the books with. US dollars. */
export function boundsOf(calls: readonly Call[]): readonly [number, number] {
  const least = calls.reduce((sum, { billedUsd = 0 }) => sum + billedUsd, 0);
  const most = calls.reduce((sum, { billedUsd, worstUsd }) => sum + (billedUsd ?? worstUsd), 0);
  return [least, most];
}
