import { utcDay } from "../budget/guard.ts";
import type { Database } from "../db/client.ts";
import type { RunRow } from "../db/request-log.ts";
import { insertStart, logRun } from "../runs/run-log.ts";

/** Chat's part of D1: the log of its runs. */
export interface ChatStore {
  record(row: RunRow): Promise<void>;
  /** Says that a run is under way, so that its caller can be found before it has ended. */
  recordStart(row: RunRow): Promise<void>;
}

export function createChatStore(db: Database, now: () => number): ChatStore {
  return {
    async record(row) {
      await db.$client.batch(logRun(db, row, utcDay(now())));
    },
    async recordStart(row) {
      await insertStart(db, row).run();
    },
  };
}
