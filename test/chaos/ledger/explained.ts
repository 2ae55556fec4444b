import type { Call, Evidence, Finding, Span } from "../evidence/evidence.ts";

/** An answer may not have been written down when the server died so soon after the upstream had given it. Milliseconds. */
const UNWRITTEN_MS = 6_000;

const overlap = (one: Span, other: Span) => one.from <= other.to && other.from <= one.to;

/** The kills that requests about this broke under, of those that had been sent by then. */
export function brokenBy(mark: string, { sent, kills }: Evidence, by = Number.POSITIVE_INFINITY): Span[] {
  const broken = sent.filter((one) => one.mark === mark && one.end === "broken" && one.from <= by);
  return kills.filter((kill) => broken.some((one) => overlap(one, kill)));
}

/**
 * The kills that a call may have been lost in: under way, just over, or still waited for, since a busy machine reads an
 * answer long after it was given.
 */
export function killsOf({ mark, from, to }: Call, evidence: Evidence, withinMs = UNWRITTEN_MS): Span[] {
  const waiting = brokenBy(mark, evidence, to);
  return evidence.kills.filter((kill) => {
    const isWaitedFor = waiting.includes(kill) && from <= kill.from;
    return isWaitedFor || overlap({ from, to: to + withinMs }, kill);
  });
}

/** The same for several. */
export function killsUnder(calls: readonly Call[], evidence: Evidence): ReadonlySet<Span> {
  return new Set(calls.flatMap((call) => killsOf(call, evidence)));
}

/** Where a kill came: upon the last of these calls before it, or before one was sent. */
function inWords({ from: at }: Span, calls: readonly Call[]): string {
  const ends = calls.filter(({ from }) => from <= at).map(({ to }) => to);
  const afterMs = at - Math.max(...ends);
  const when = afterMs > 0 ? `${afterMs} ms after` : "under";
  return `the kill at ${new Date(at).toISOString()}, ${ends.length === 0 ? "before" : when} a call`;
}

/** The same finding, with the kills that came upon these calls, or `more`, if any did. */
export function explain(
  finding: Finding,
  calls: readonly Call[],
  evidence: Evidence,
  more: readonly Span[] = [],
): Finding {
  const kills = [...killsUnder(calls, evidence).union(new Set(more))];
  if (kills.length === 0) return finding;
  return { ...finding, explainedBy: kills.map((kill) => inWords(kill, calls)).join("; ") };
}

/** How often the server said that it had died under a call for this look, sent or not yet: each is booked at its worst. */
export function interruptionsOf(look: string, { books, serverLog }: Evidence): number {
  const [{ id = "" } = {}] = books.portraits.get(look) ?? [];
  const said = `"event":"portrait.interrupted","image":"${id.slice(0, 12)}"`;
  return id === "" ? 0 : serverLog.split(said).length - 1;
}

/** How often the service tries to keep a portrait. */
const PUTS = 4;

/** How often a portrait of this look was refused by R2 until it was given up. */
export function lostToBucket(look: string, { books, faults }: Evidence): number {
  const [{ id = "" } = {}] = books.portraits.get(look) ?? [];
  const puts = faults.filter(({ operation, ids }) => operation === "put" && ids.includes(id));
  return Math.floor(puts.length / PUTS);
}

/** The least and the most that something may stand in the books with. US dollars. */
export type Bounds = readonly [number, number];

/** Whether somebody stopped it when it had begun: the service need not have read what it was told. */
export function wasStopped({ mark, from }: Call, { sent }: Evidence): boolean {
  return sent.some((one) => one.mark === mark && one.what === "stop" && one.to >= from);
}

/** Of these calls: as billed, or, where the upstream told nobody or the call `isOpen`, up to the worst case. */
export function boundsOf(calls: readonly Call[], isOpen: (call: Call) => boolean = () => false): Bounds {
  const least = calls.reduce((sum, { billedUsd = 0 }) => sum + billedUsd, 0);
  const most = calls.reduce((sum, call) => {
    const { billedUsd = 0, worstUsd } = call;
    const mayBeWorst = call.billedUsd === undefined || isOpen(call);
    return sum + (mayBeWorst ? Math.max(worstUsd, billedUsd) : billedUsd);
  }, 0);
  return [least, most];
}
