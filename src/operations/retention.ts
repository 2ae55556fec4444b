import { and, eq, inArray, lt, ne } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { dailyTotals, imageDays, jobCursors, pregenerateJobs, requestLog } from "../db/schema.ts";
import { log } from "../log.ts";

const DAY_MS = 86_400_000;
/** Rows in one statement: D1 has one writer, and others wait for it. */
const BATCH = 1_000;
/** Two hundred thousand rows a day, each batch one of the 1,000 requests an invocation has; what is left goes the day after. */
const MAX_BATCHES = 200;
/** CONTRACT §7. */
const TOTALS_DAYS = 400;

/** Forgets what is past retention: log rows after `days`, daily totals after 400. */
export function createRetention(db: Database, days: number, now: () => number) {
  async function purgeLog(): Promise<number> {
    let purged = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const old = db
        .select({ id: requestLog.id })
        .from(requestLog)
        .where(lt(requestLog.createdAt, now() - days * DAY_MS))
        .limit(BATCH);
      const { meta } = await db.delete(requestLog).where(inArray(requestLog.id, old));
      purged += meta.changes;
      if (meta.changes < BATCH) break;
    }
    return purged;
  }

  return async function purge(): Promise<void> {
    const count = await purgeLog();
    const oldest = new Date(now() - TOTALS_DAYS * DAY_MS).toISOString().slice(0, 10);
    await db.delete(imageDays).where(lt(imageDays.day, oldest));
    await db.delete(dailyTotals).where(lt(dailyTotals.day, oldest));
    const old = lt(pregenerateJobs.updatedAt, now() - days * DAY_MS);
    await db.delete(pregenerateJobs).where(and(old, ne(pregenerateJobs.state, "pending")));
    log.info("retention.purged", { count });
  };
}

/** Where a bounded daily job goes on; empty text before its first day. */
export function createCursor(db: Database, job: string) {
  return {
    async read(): Promise<string> {
      const row = await db.select().from(jobCursors).where(eq(jobCursors.job, job)).get();
      return row?.position ?? "";
    },
    async write(position: string): Promise<void> {
      const set = { position };
      await db
        .insert(jobCursors)
        .values({ job, position })
        .onConflictDoUpdate({ target: jobCursors.job, set });
    },
  };
}
