import type { Query } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import type { TokenCounts } from "../openai/shapes/usage.ts";

/** What is counted, by a name such as `requests`, `hits.memory` or `errors.rate_limited`, and by how much. */
export type Increments = Readonly<Record<string, number>>;

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

const ADD = 'insert into "daily_totals" (day, name, value) select ?, key, value from json_each(?) where ';
const TO_WHAT_IS_THERE = " on conflict (day, name) do update set value = value + excluded.value";

/**
 * One statement that adds to a UTC day's totals, whatever their number: for a batch that is sent anyway, so that
 * counting costs no round trip of its own. Adds nothing where `where` does not hold.
 */
export function addTotals(
  { $client: d1 }: Database,
  day: string,
  increments: Increments,
  where: Pick<Query, "sql" | "params"> = { sql: "true", params: [] },
): D1PreparedStatement {
  const given = JSON.stringify(
    Object.fromEntries(Object.entries(increments).filter(([, value]) => value !== 0)),
  );
  return d1.prepare(ADD + where.sql + TO_WHAT_IS_THERE).bind(day, given, ...where.params);
}
