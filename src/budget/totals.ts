import type { Database } from "../db/client.ts";
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
