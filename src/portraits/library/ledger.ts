import { and, eq, lt, ne, not, notExists, or, sql } from "drizzle-orm";
import { addSpent, NO_SPENDING, type SpentUsd, sumSpent } from "../../budget/spent.ts";
import type { Database } from "../../db/client.ts";
import { personaImages as images, setImages } from "../../db/schema.ts";
import { insertPortraits, MAX_INSERTED, type Portrait, UNTIL_LOOKED_AT } from "../jobs/insert.ts";
import type { PortraitStyle } from "../key.ts";

/** How many portraits the library has and will have, and what they cost. */
export interface LibraryProgress {
  readonly total: number;
  readonly ready: number;
  readonly pending: number;
  readonly failed: number;
  readonly spentUsd: SpentUsd;
}

/** The library in the table of portraits. It belongs to no set, so that no erasure or retention takes it. */
export interface LibraryLedger {
  /** Has made what is missing, by a batch, and no longer what an earlier list or style wanted. */
  announce(): Promise<void>;
  progress(): Promise<LibraryProgress>;
}

/** What failed, but was not refused, is tried again. Milliseconds. */
const RETRY_MS = 86_400_000;
const NOBODY_WAITS = { economy: true, dueAt: UNTIL_LOOKED_AT };

/** `portraits`: none where there is no library. */
export function createLibraryLedger(
  db: Database,
  portraits: readonly Portrait[],
  style: PortraitStyle,
  now: () => number,
): LibraryLedger {
  const keys = JSON.stringify(portraits.map(({ key }) => key));
  const mine = sql`${images.imageKey} IN (SELECT value FROM json_each(${keys}))`;

  async function insertMissing(): Promise<void> {
    const rows = await db.select({ key: images.imageKey }).from(images).where(mine);
    const there = new Set(rows.map(({ key }) => key));
    const missing = portraits.filter(({ key }) => !there.has(key));
    for (let start = 0; start < missing.length; start += MAX_INSERTED) {
      const some = missing.slice(start, start + MAX_INSERTED);
      await insertPortraits(db, some, { style, now: now(), ...NOBODY_WAITS });
    }
  }

  /** What is waiting for somebody to look, or could not be made. */
  async function takeUp(): Promise<void> {
    const waits = and(
      eq(images.status, "pending"),
      eq(images.economy, false),
      eq(images.dueAt, UNTIL_LOOKED_AT),
    );
    const broken = and(
      eq(images.status, "failed"),
      ne(images.failure, "model_refusal"),
      lt(images.updatedAt, now() - RETRY_MS),
    );
    await db
      .update(images)
      .set({ ...NOBODY_WAITS, status: "pending", attempts: 0, uncertainCalls: 0, updatedAt: now() })
      .where(and(mine, or(waits, broken)));
  }

  /** Nobody buys it, unless somebody looks: a set may still show it. */
  async function dropOthers(): Promise<void> {
    const owners = db.select({ key: setImages.imageKey }).from(setImages);
    const unowned = notExists(owners.where(eq(setImages.imageKey, images.imageKey)));
    await db
      .update(images)
      .set({ economy: false, dueAt: UNTIL_LOOKED_AT })
      .where(and(eq(images.status, "pending"), eq(images.economy, true), unowned, not(mine)));
  }

  return {
    async announce() {
      await dropOthers();
      if (portraits.length === 0) return;
      await insertMissing();
      await takeUp();
    },
    async progress() {
      const total = portraits.length;
      if (total === 0) return { total, ready: 0, pending: 0, failed: 0, spentUsd: NO_SPENDING };
      const rows = await db
        .select({ status: images.status, count: sql<number>`COUNT(*)`, ...sumSpent(images) })
        .from(images)
        .where(mine)
        .groupBy(images.status);
      const of = (status: string) => rows.find((row) => row.status === status)?.count ?? 0;
      const [ready, failed] = [of("ready"), of("failed")];
      const spentUsd = rows.reduce(addSpent, NO_SPENDING);
      return { total, ready, failed, pending: total - ready - failed, spentUsd };
    },
  };
}
