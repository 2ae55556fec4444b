import { type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { addTotals, runTotals } from "../budget/totals.ts";
import type { Database } from "../db/client.ts";
import type { RunRow } from "../db/request-log.ts";
import { requestLog } from "../db/schema.ts";

/** Status of a run that has not ended (RFC 9110 §15.2 calls 102 informational): never seen by a caller. */
export const UNDER_WAY = 102;

/** Says that a run is `UNDER_WAY`, so that whose it is can be found before it has ended. */
export function insertStart(db: Database, row: RunRow) {
  return db.insert(requestLog).values(row).onConflictDoNothing();
}

/**
 * A run's row and its part in a UTC day's totals: for one batch, which D1 takes as a whole or not at all. The id is
 * the run's, so that sending both again, where D1 took them and its answer was lost, adds nothing.
 */
export function logRun(db: Database, row: RunRow, day: string): BatchItem<"sqlite">[] {
  const { inputTokens, cachedInputTokens, outputTokens, costUsd } = row;
  const totals = runTotals({ inputTokens, cachedInputTokens, outputTokens }, costUsd);
  return [
    addTotals(db, day, totals, isNew(row)), // first: it asks whether the row is there
    db.insert(requestLog).values(row).onConflictDoUpdate({ target: requestLog.id, set: row }),
  ];
}

/** Not there yet, or as an announcement alone. */
function isNew({ id }: RunRow): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${requestLog} WHERE ${requestLog.id} = ${id}
    AND ${requestLog.status} <> ${UNDER_WAY})`;
}
