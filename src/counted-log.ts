/** Keeps the request alive for a promise. */
export type Later = (promise: Promise<unknown>) => void;

export interface Counted {
  readonly count: number;
  /** The longest of them. */
  readonly durationMs: number;
}

export interface CountedLogOptions<F> {
  /** Writes one record. */
  readonly write: (fields: F, counted: Counted) => void;
  readonly now: () => number;
}

// What an isolate that dies has not told; a request is kept alive for it, so not longer.
const FLUSH_MS = 1_000;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * One record a flush for requests that were all answered alike, with their count. A write costs a fifth of a
 * hot hit, since whoever reads the log is woken by each. `fields` are those of the first; `later` takes the
 * promise that flushes.
 */
export function createCountedLog<F>({ write, now }: CountedLogOptions<F>) {
  let since = 0;
  let first: F;
  let count = 0;
  let longestMs = 0;

  function flush(): void {
    if (count > 0) write(first, { count, durationMs: longestMs });
    count = 0;
    longestMs = 0;
  }

  return function countedLog(fields: F, durationMs: number, later: Later): void {
    const time = now();
    if (count > 0 && time - since >= 2 * FLUSH_MS) flush(); // the request that was to do it was ended
    count += 1;
    if (durationMs > longestMs) longestMs = durationMs;
    if (count > 1) return;
    first = fields;
    since = time;
    later(pause(FLUSH_MS).then(flush));
  };
}
