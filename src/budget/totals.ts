import { type SQL, sql } from "drizzle-orm";
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

/**
 * One statement that adds to a UTC day's totals, whatever their number: for a batch that is sent anyway, so that
 * counting costs no round trip of its own. Adds nothing where `where` does not hold.
 */
export function addTotals(db: Database, day: string, increments: Increments, where: SQL = sql`true`) {
  const given = JSON.stringify(
    Object.fromEntries(Object.entries(increments).filter(([, value]) => value !== 0)),
  );
  return db.run(sql`INSERT INTO daily_totals (day, name, value)
    SELECT ${day}, key, value FROM json_each(${given}) WHERE ${where}
    ON CONFLICT (day, name) DO UPDATE SET value = value + excluded.value`);
}
