import type { Database } from "../db/client.ts";
import { requestLog } from "../db/schema.ts";

export type LogRow = typeof requestLog.$inferInsert;

/** Chat's part of D1: the log of its runs. */
export interface ChatStore {
  record(row: LogRow): Promise<void>;
}

export function createChatStore(db: Database): ChatStore {
  return {
    // The id is the run's, so writing a row again after a doubtful failure changes nothing.
    async record(row) {
      await db.insert(requestLog).values(row).onConflictDoNothing();
    },
  };
}
