import { describeError, log } from "../log.ts";
import type { Increments } from "./totals.ts";

// A Worker may go on for 30 s after its answer; within that, one write for all that an isolate counted.
const FLUSH_AFTER_MS = 5_000;

/** Counts in the isolate's memory, so that a hot hit costs no write; now and then all of it is written at once. */
export interface Counters {
  count(increments: Increments, later: (promise: Promise<unknown>) => void): void;
  /** Writes what was counted so far. */
  flush(): Promise<void>;
}

/** An isolate that is ended between two flushes loses what it counted: what the last five seconds counted. */
export function createCounters(
  write: (increments: Increments) => Promise<unknown>,
  now: () => number,
): Counters {
  let counted: Record<string, number> = {};
  // A time and no flag: where the invocation with the timer is ended, a later count sets another.
  let nextFlushAt = 0;

  async function flush(): Promise<void> {
    const increments = counted;
    if (Object.keys(increments).length === 0) return;
    counted = {};
    try {
      await write(increments);
    } catch (error) {
      log.warn("tally.lost", describeError(error));
    }
  }

  async function flushSoon(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, FLUSH_AFTER_MS));
    await flush();
  }

  return {
    flush,
    count(increments, later) {
      for (const name in increments) counted[name] = (counted[name] ?? 0) + (increments[name] ?? 0);
      const time = now();
      if (time < nextFlushAt) return;
      nextFlushAt = time + FLUSH_AFTER_MS;
      later(flushSoon());
    },
  };
}
