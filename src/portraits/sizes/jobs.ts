import { and, asc, eq, inArray, isNull, lte, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { personaImages as images } from "../../db/schema.ts";
import { describeError, log } from "../../log.ts";
import type { Notify } from "../jobs/notifier.ts";

/** A portrait some of whose sizes are missing. */
export interface SizeJob {
  readonly key: string;
  readonly readyAt: number;
}

/** Which ready portraits lack sizes, in D1. */
export interface SizeJobs {
  /** Has sizes made for these. True where that was not known before. */
  want(keys: readonly string[]): Promise<boolean>;
  areDue(): Promise<boolean>;
  /** Takes the one that is due longest, for `leaseMs`. */
  claim(leaseMs: number): Promise<SizeJob | undefined>;
  /** Null: none is missing. False where the row is gone: nobody wants the portrait any more. */
  settle(key: string, dueAt: number | null): Promise<boolean>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A portrait's age again, between a minute and a day: soon for a new one, seldom for one that never works. */
export function nextSizesAt(readyAt: number, now: number): number {
  return now + Math.min(Math.max(now - readyAt, MINUTE_MS), DAY_MS);
}

export function createSizeJobs(db: Database, now: () => number): SizeJobs {
  const dueNow = () => and(eq(images.status, "ready"), lte(images.sizesDueAt, now()));

  async function areDue(): Promise<boolean> {
    const found = await db.select({ key: images.imageKey }).from(images).where(dueNow()).limit(1);
    return found.length > 0;
  }

  return {
    areDue,
    async want(keys) {
      const among = sql`${images.imageKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`;
      const unknown = and(among, eq(images.status, "ready"), isNull(images.sizesDueAt));
      // A look is a read: only what was not known is written.
      const found = await db.select({ key: images.imageKey }).from(images).where(unknown).limit(1);
      if (found.length === 0) return false;
      await db.update(images).set({ sizesDueAt: now() }).where(unknown);
      return true;
    },
    async claim(leaseMs) {
      if (!(await areDue())) return undefined; // a look is a read
      const due = db
        .select({ key: images.imageKey })
        .from(images)
        .where(dueNow())
        .orderBy(asc(images.sizesDueAt))
        .limit(1);
      const [row] = await db
        .update(images)
        .set({ sizesDueAt: now() + leaseMs })
        .where(inArray(images.imageKey, due))
        .returning({ key: images.imageKey, readyAt: images.readyAt });
      return row && { key: row.key, readyAt: row.readyAt ?? 0 };
    },
    async settle(key, sizesDueAt) {
      const rows = await db
        .update(images)
        .set({ sizesDueAt })
        .where(eq(images.imageKey, key))
        .returning({ key: images.imageKey });
      return rows.length > 0;
    },
  };
}

/** A portrait that is looked at all the time is noticed once a minute by an isolate. Milliseconds. */
const THROTTLE_MS = 60_000;
const MAX_NOTICED = 1_000;

/** Somebody was shown an original in place of a size: it is made. Never rejects. */
export function createWantSizes(jobs: Pick<SizeJobs, "want">, notify: Notify, now: () => number) {
  const noticed = new Map<string, number>();
  return async function wantSizes(key: string): Promise<void> {
    if ((noticed.get(key) ?? 0) > now()) return;
    if (noticed.size >= MAX_NOTICED) noticed.clear();
    noticed.set(key, now() + THROTTLE_MS);
    try {
      if (await jobs.want([key])) await notify();
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
    }
  };
}
