import { EventEmitter } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { parseJson } from "../json.ts";

/** `aborted`: the caller closed before the end. What a script drops itself counts as `finished`. */
export type Outcome = "open" | "finished" | "aborted";

/** One call to `/v1`, as the control routes show it. Times are milliseconds since 1970, with fractions. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly raw: string;
  readonly startedAt: number;
  firstByteAt: number | null;
  endedAt: number | null;
  outcome: Outcome;
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

/** Without the key. */
function shownHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const shown = Object.entries(headers).map(([name, value]) => {
    return [name, name === "authorization" ? `${String(value).split(" ", 1)[0]} …` : String(value)];
  });
  return Object.fromEntries(shown);
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
  const changes = new EventEmitter().setMaxListeners(0);
  let lastId = 0;
  return {
    /** Emits "change" with each call that begins or ends. */
    changes,
    begin({ method = "", url = "", headers }: IncomingMessage, raw: string, startedAt: number): Call {
      const call: Call = {
        id: ++lastId,
        method,
        path: url,
        headers: shownHeaders(headers),
        raw: trimmed(raw),
        startedAt,
        firstByteAt: null,
        endedAt: null,
        outcome: "open",
      };
      calls.push(call);
      if (calls.length > MAX_CALLS) calls.shift();
      changes.emit("change", call);
      return call;
    },
    firstByte(call: Call): void {
      call.firstByteAt ??= now();
    },
    end(call: Call, outcome: Outcome): void {
      if (call.outcome !== "open") return;
      call.outcome = outcome;
      call.endedAt = now();
      changes.emit("change", call);
    },
    /** Oldest first. */
    find: (match: string): Call[] => calls.filter((call) => matchesCall(call, match)),
    clear: () => void calls.splice(0),
  };
}
