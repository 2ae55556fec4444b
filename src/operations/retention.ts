import { eq, inArray, lt, lte, type SQL } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { auditLog, dailyTotals, imageDays, jobCursors, requestLog } from "../db/schema.ts";
import { log } from "../log.ts";

const DAY_MS = 86_400_000;
/** Rows in one statement: D1 has one writer, and others wait for it. */
const BATCH = 1_000;
/** Two hundred thousand rows a run, every five minutes: many times what two million requests a day leave, each batch one of the 1,000 requests an invocation has; what is left goes with the next. */
const MAX_BATCHES = 200;
/** CONTRACT §7. */
const TOTALS_DAYS = 400;

/** Deletes what it is given, batch after batch, and gives the number of rows. */
async function purgeLog(db: Database, where: SQL): Promise<number> {
  let purged = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const old = db.select({ id: requestLog.id }).from(requestLog).where(where).limit(BATCH);
    const { meta } = await db.delete(requestLog).where(inArray(requestLog.id, old));
    purged += meta.changes;
    if (meta.changes < BATCH) break;
  }
  return purged;
}

/** Forgets Idempotency-Keys that are past their time, with the answers under them. */
export function createKeyRetention(db: Database, now: () => number) {
  return async function purgeKeys(): Promise<void> {
    const count = await purgeLog(db, lte(requestLog.expiresAt, now()));
    if (count > 0) log.info("keys.purged", { count });
  };
}

/** Forgets what is past retention: log rows after `days`, daily totals and the audit after 400. */
export function createRetention(
  db: Database,
  days: number,
  /** Pregeneration's jobs that ended before a time. */
  forgetJobs: (time: number) => Promise<void>,
  now: () => number,
) {
  return async function purge(): Promise<void> {
    const count = await purgeLog(db, lt(requestLog.createdAt, now() - days * DAY_MS));
    const oldest = new Date(now() - TOTALS_DAYS * DAY_MS).toISOString().slice(0, 10);
    await db.delete(imageDays).where(lt(imageDays.day, oldest));
    await db.delete(dailyTotals).where(lt(dailyTotals.day, oldest));
    await forgetJobs(now() - days * DAY_MS);
    await db.delete(auditLog).where(lt(auditLog.at, now() - TOTALS_DAYS * DAY_MS));
    if (count > 0) log.info("retention.purged", { count });
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
