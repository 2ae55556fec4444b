import type { Database } from "../db/client.ts";
import { describeError, log } from "../log.ts";
import type { TokenCounts } from "../openai/shapes/usage.ts";

/** What is counted, by a name such as `requests`, `hits.memory` or `errors.rate_limited`, and by how much. */
export type Increments = Readonly<Record<string, number>>;

/** What is added to the totals of one UTC day. */
export interface DayTotals {
  readonly day: string;
  readonly increments: Increments;
}

/** What an answer from a cache, a replay or a joined run did not cost again. */
export interface Saved {
  /** US dollars. */
  readonly usd: number;
  readonly tokens: number;
  readonly images: number;
}

/** Of one run: text alone, since portraits have figures of their own. */
export function runTotals(usage: TokenCounts, costUsd: number): Increments {
  return {
    generated: 1,
    "tokens.input": usage.inputTokens,
    "tokens.cachedInput": usage.cachedInputTokens,
    "tokens.output": usage.outputTokens,
    spentUsd: costUsd,
  };
}

export function savedTotals({ usd, tokens, images }: Saved): Increments {
  return { savedUsd: usd, savedTokens: tokens, savedImages: images };
}

const add = (counted: string) => `insert into "daily_totals" (day, name, value)
  select part.value ->> 'day', total.key, sum(total.value - coalesce((${counted}), 0)) as more
  from json_each(?) part, json_each(part.value -> 'increments') total
  group by 1, 2 having more <> 0
  on conflict (day, name) do update set value = value + excluded.value`;

/**
 * One statement that adds to the days' totals, whatever their number: for a batch that is sent anyway, so that
 * counting costs no round trip of its own. Adds what is more than `counted`: SQL for what of `total.value`, which is
 * called `total.key`, is counted already. `part.value` is the member of `parts` that has it, in JSON.
 */
export function addTotals(
  { $client: d1 }: Database,
  parts: readonly DayTotals[],
  counted = "0",
): D1PreparedStatement {
  return d1.prepare(add(counted)).bind(JSON.stringify(parts));
}

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
      log.warn("counters.lost", describeError(error));
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
