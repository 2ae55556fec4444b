import { sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";

/** US dollars: at the usual price, and at half of it, by batches. */
export interface SpentUsd {
  readonly usual: number;
  readonly batch: number;
}

export const NO_SPENDING: SpentUsd = { usual: 0, batch: 0 };

/** The sums of rows that say what they cost, and how much of that at the price of a batch. */
export function sumSpent({ costUsd, batchUsd }: { costUsd: SQLiteColumn; batchUsd: SQLiteColumn }) {
  return {
    usual: sql<number>`COALESCE(SUM(${costUsd} - ${batchUsd}), 0)`,
    batch: sql<number>`COALESCE(SUM(${batchUsd}), 0)`,
  };
}

export function addSpent(one: SpentUsd, other: SpentUsd): SpentUsd {
  return { usual: one.usual + other.usual, batch: one.batch + other.batch };
}
