import type { IncomingHttpHeaders } from "node:http";
import { parseJson } from "./as-record.ts";

/** `aborted`: the caller closed before the end. What a script drops itself counts as `finished`. */
export type Outcome = "open" | "finished" | "aborted";

/** One call to `/v1`, as the control routes show it. Times are milliseconds since 1970, with fractions. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly raw: string;
  readonly headers: Record<string, string>;
  readonly startedAt: number;
  firstByteAt: number | null;
  endedAt: number | null;
  outcome: Outcome;
}

export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly raw: string;
  readonly headers: IncomingHttpHeaders;
  readonly startedAt: number;
}

/** The oldest call goes when one more arrives: a bench of some hours must not grow the process. */
const MAX_CALLS = 10_000;
/** A longer body keeps its beginning and its end, since tests put their marks in either. */
const MAX_BODY_CHARS = 64 * 1024;

/** Wall-clock time finer than a millisecond, and never running backwards. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

function trimmed(raw: string): string {
  if (raw.length <= MAX_BODY_CHARS) return raw;
  return `${raw.slice(0, MAX_BODY_CHARS / 2)}…${raw.slice(-MAX_BODY_CHARS / 2)}`;
}

function shownHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) shown[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  if (shown.authorization !== undefined) shown.authorization = `${shown.authorization.split(" ", 1)[0]} …`;
  return shown;
}

/** An empty `match` matches every call. */
export function matchesCall(call: Call, match: string): boolean {
  return call.raw.includes(match) || call.path.includes(match);
}

export function shownCall({ raw, ...call }: Call): Record<string, unknown> {
  return { ...call, body: raw === "" ? null : (parseJson(raw) ?? raw) };
}

export type Journal = ReturnType<typeof createJournal>;

export function createJournal() {
  const calls: Call[] = [];
  const listeners = new Set<(call: Call) => void>();
  let lastId = 0;
  const changed = (call: Call) => {
    for (const listener of listeners) listener(call);
  };
  return {
    begin({ raw, headers, ...arrival }: Arrival): Call {
      const call: Call = {
        ...arrival,
        id: ++lastId,
        raw: trimmed(raw),
        headers: shownHeaders(headers),
        firstByteAt: null,
        endedAt: null,
        outcome: "open",
      };
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
      changed(call);
      return call;
    },
    firstByte(call: Call): void {
      call.firstByteAt ??= now();
    },
    end(call: Call, outcome: Outcome): void {
      if (call.outcome !== "open") return;
      call.outcome = outcome;
      call.endedAt = now();
      changed(call);
    },
    /** Oldest first. */
    find(match: string): Call[] {
      return calls.filter((call) => matchesCall(call, match));
    },
    /** Tells of each call that begins or ends, until the function it returns is called. */
    watch(listener: (call: Call) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear(): void {
      calls.length = 0;
    },
  };
}
