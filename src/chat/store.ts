import type { Database } from "../db/client.ts";
import { requestLog } from "../db/schema.ts";
import { utcDay } from "../spend/gate.ts";
import { addTotals, runTotals } from "../spend/totals.ts";

export type LogRow = typeof requestLog.$inferInsert;

/** Chat's part of D1: the log of its runs. */
export interface ChatStore {
  record(row: LogRow): Promise<void>;
  /** Says that a run is under way, so that its caller can be found before it has ended. */
  announce(row: LogRow): Promise<void>;
}

export function createChatStore(db: Database, now: () => number): ChatStore {
  return {
    async record(row) {
      const { inputTokens, cachedInputTokens, outputTokens, costUsd } = row;
      const totals = runTotals({ inputTokens, cachedInputTokens, outputTokens }, costUsd);
      await db.batch([
        // The id is the run's, so writing a row again after a doubtful failure changes nothing but an announcement.
        db.insert(requestLog).values(row).onConflictDoUpdate({ target: requestLog.id, set: row }),
        addTotals(db, utcDay(now()), totals),
      ]);
    },
    async announce(row) {
      await db.insert(requestLog).values(row).onConflictDoNothing();
    },
  };
}
