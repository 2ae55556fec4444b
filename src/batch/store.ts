import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, notInArray, or, sql } from "drizzle-orm";
import type { BatchItem as Statement } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { batches, imageDays, personaImages as images, batchItems as items } from "../db/schema.ts";

export type Batch = typeof batches.$inferSelect;
export type Item = typeof items.$inferSelect;
export type Endpoint = Batch["endpoint"];

/** An image's request: the portrait as its ledger has it. */
export interface Portrait {
  readonly key: string;
  readonly prompt: string;
  readonly model: string;
  readonly size: string;
  readonly quality: string;
}

/** US dollars. */
export interface ItemCost {
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Longer than an invocation can take, so that a lease runs out only under a worker that has died. */
const LEASE_MS = 16 * 60_000;
const OVER: Batch["state"][] = ["settled", "unsupported"];
/** Batches that one tick moves. */
export const MAX_BATCHES = 20;
/** Batches that an item is in; then it goes the ordinary way. */
export const MAX_ASKED = 2;

/** Batches and their items, in D1. */
export interface BatchStore {
  /** Makes one batch of up to `limit` items that wait, the oldest first; none where none waits. */
  collect(endpoint: Endpoint, limit: number): Promise<void>;
  /** Leases the batches that are due, one after another, to a new owner. */
  claim(): Promise<Batch | undefined>;
  /** Changes a batch that is still this owner's. False where it is another's by now. */
  update(batch: Batch, set: Partial<Batch>): Promise<boolean>;
  itemsOf(batch: Batch): Promise<Item[]>;
  /** What its results have cost by now. US dollars. */
  readCost(batch: Batch): Promise<number>;
  findPortraits(keys: readonly string[]): Promise<Map<string, Portrait>>;
  /** The money for these items was set aside; the others wait again. Counts images as started. */
  confirm(batch: Batch, kept: readonly Item[], reservedUsd: number): Promise<void>;
  find(batch: Batch, id: string): Promise<Item | undefined>;
  /** The item's end, with what it cost, together with the room's own statements. */
  settle(
    batch: Batch,
    item: Item,
    cost: ItemCost,
    statements?: readonly Statement<"sqlite">[],
  ): Promise<void>;
  /** The item goes into a later batch, likewise; after `MAX_ASKED` it stays in this one. */
  askAgain: BatchStore["settle"];
  drop(ids: readonly string[]): Promise<void>;
  /** What is left in a batch that was cancelled waits again. */
  release(batch: Batch): Promise<void>;
  /** Drops what the upstream was never asked for, so that its images were not started. */
  dropUnasked(batch: Batch): Promise<void>;
  /** Forgets batches that were over before `time`. */
  purge(time: number): Promise<void>;
  /** Whether the newest batch that asked the upstream since `time` found that it has none. */
  isUnsupported(time: number): Promise<boolean>;
  /** Images that a UTC day may still start. */
  startedImages(day: string): Promise<number>;
}

export function createBatchStore(
  db: Database,
  now: () => number,
  newId: () => string,
  utcDay: (time: number) => string,
): BatchStore {
  const here = (batch: Batch, id: string) => and(eq(items.id, id), eq(items.batchId, batch.id));

  /** Portraits that wait become items; items whose portrait or set was made the ordinary way meanwhile go. */
  const collectDue = () => [
    db
      .insert(items)
      .select(sql`SELECT lower(hex(randomblob(16))), 'images', image_key, NULL, NULL, NULL, 0, due_at
        FROM persona_images WHERE status = 'pending' AND economy = 1 ORDER BY due_at LIMIT 1000`)
      .onConflictDoUpdate({
        target: items.key,
        set: { createdAt: sql`MIN(${items.createdAt}, excluded.created_at)` },
        setWhere: isNull(items.batchId),
      }),
    db.delete(items).where(
      and(
        isNull(items.batchId),
        sql`(${items.key} IS NULL
          OR (${items.endpoint} = 'chat' AND EXISTS (SELECT 1 FROM persona_cache WHERE input_hash = ${items.key}))
          OR (${items.endpoint} = 'images' AND NOT EXISTS (SELECT 1 FROM persona_images
            WHERE image_key = ${items.key} AND status = 'pending' AND economy = 1)))`,
      ),
    ),
  ];

  /** Adds what an item cost where it is still in its batch: once, whatever is done twice. */
  function addCost(
    batch: Batch,
    item: Item,
    { costUsd, inputTokens, outputTokens }: ItemCost,
    generated: boolean,
  ) {
    const there = sql`EXISTS (SELECT 1 FROM batch_items WHERE id = ${item.id} AND batch_id = ${batch.id})`;
    const day = utcDay(now());
    const total = db
      .update(batches)
      .set({ costUsd: sql`cost_usd + ${costUsd}` })
      .where(and(eq(batches.id, batch.id), there));
    if (batch.endpoint === "chat") return [total];
    return [
      total,
      db.insert(imageDays).values({ day }).onConflictDoNothing(),
      db
        .update(imageDays)
        .set({
          generated: sql`generated + ${Number(generated)}`,
          inputTokens: sql`input_tokens + ${inputTokens}`,
          outputTokens: sql`output_tokens + ${outputTokens}`,
          costUsd: sql`cost_usd + ${costUsd}`,
        })
        .where(and(eq(imageDays.day, day), there)),
      db
        .update(images)
        .set({ costUsd: sql`cost_usd + ${costUsd}`, batchUsd: sql`batch_usd + ${costUsd}` })
        .where(and(eq(images.imageKey, item.key ?? ""), there)),
    ];
  }

  async function all([first, ...rest]: Statement<"sqlite">[]): Promise<void> {
    if (first) await db.batch([first, ...rest]);
  }

  return {
    async collect(endpoint, limit) {
      const id = newId();
      const at = now();
      const waits = and(eq(items.endpoint, endpoint), isNull(items.batchId));
      const oldest = db
        .select({ id: items.id })
        .from(items)
        .where(waits)
        .orderBy(items.createdAt)
        .limit(limit);
      await all([
        ...collectDue(),
        db.insert(batches).select(sql`
          SELECT ${id}, ${endpoint}, 'collected', NULL, NULL, NULL, NULL, 0, 0, ${utcDay(at)}, 0, ${at}, NULL, ${at}
          WHERE EXISTS ${db.select({ id: items.id }).from(items).where(waits)}`),
        db
          .update(items)
          .set({ batchId: id })
          .where(and(waits, inArray(items.id, oldest))),
      ]);
    },
    async claim() {
      const at = now();
      const due = db
        .select({ id: batches.id })
        .from(batches)
        .where(and(notInArray(batches.state, OVER), lte(batches.dueAt, at)))
        .orderBy(asc(batches.createdAt))
        .limit(1);
      const [row] = await db
        .update(batches)
        .set({ leaseOwner: newId(), dueAt: at + LEASE_MS })
        .where(inArray(batches.id, due))
        .returning();
      return row;
    },
    async update(batch, set) {
      const { meta } = await db
        .update(batches)
        .set(set)
        .where(and(eq(batches.id, batch.id), eq(batches.leaseOwner, batch.leaseOwner ?? "")));
      return meta.changes > 0;
    },
    itemsOf: (batch) =>
      db.select().from(items).where(eq(items.batchId, batch.id)).orderBy(items.createdAt, items.id),
    async readCost({ id }) {
      const row = await db.select({ usd: batches.costUsd }).from(batches).where(eq(batches.id, id)).get();
      return row?.usd ?? 0;
    },
    async findPortraits(keys) {
      const rows = await db
        .select()
        .from(images)
        .where(sql`${images.imageKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
      return new Map(rows.map(({ imageKey: key, ...row }) => [key, { key, ...row }]));
    },
    async confirm(batch, kept, reservedUsd) {
      const day = utcDay(now());
      const ids = JSON.stringify(kept.map(({ id }) => id));
      const started = batch.endpoint === "images" && batch.reservedUsd === 0 ? kept.length : 0;
      await all([
        db
          .update(items)
          .set({ batchId: null })
          .where(
            and(eq(items.batchId, batch.id), sql`${items.id} NOT IN (SELECT value FROM json_each(${ids}))`),
          ),
        db.update(batches).set({ reservedUsd }).where(eq(batches.id, batch.id)),
        db
          .insert(imageDays)
          .values({ day, started })
          .onConflictDoUpdate({ target: imageDays.day, set: { started: sql`started + ${started}` } }),
      ]);
    },
    find: (batch, id) => db.select().from(items).where(here(batch, id)).get(),
    async settle(batch, item, cost, statements = []) {
      await all([
        ...statements,
        ...addCost(batch, item, cost, statements.length > 0),
        db.delete(items).where(here(batch, item.id)),
      ]);
    },
    async askAgain(batch, item, cost, statements = []) {
      await all([
        ...statements,
        ...addCost(batch, item, cost, false),
        db
          .update(items)
          .set({ asked: item.asked + 1, batchId: item.asked + 1 < MAX_ASKED ? null : batch.id })
          .where(here(batch, item.id)),
      ]);
    },
    async drop(ids) {
      await db.delete(items).where(sql`${items.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
    },
    async release(batch) {
      await db.update(items).set({ batchId: null }).where(eq(items.batchId, batch.id));
    },
    async dropUnasked(batch) {
      const mine = eq(items.batchId, batch.id);
      const count = db.select({ count: sql`COUNT(*)` }).from(items).where(mine);
      await db.batch([
        db
          .update(imageDays)
          .set({ started: sql`started - ${count}` })
          .where(and(eq(imageDays.day, utcDay(now())), sql`${batch.endpoint} = 'images'`)),
        db.delete(items).where(mine),
      ]);
    },
    async purge(time) {
      const over = inArray(batches.state, OVER);
      await db.delete(batches).where(and(over, lte(batches.createdAt, time)));
    },
    async isUnsupported(time) {
      const row = await db
        .select({ state: batches.state })
        .from(batches)
        .where(
          and(
            gt(batches.createdAt, time),
            or(eq(batches.state, "unsupported"), isNotNull(batches.inputFile)),
          ),
        )
        .orderBy(desc(batches.createdAt))
        .limit(1)
        .get();
      return row?.state === "unsupported";
    },
    async startedImages(day) {
      const row = await db.select().from(imageDays).where(eq(imageDays.day, day)).get();
      return row?.started ?? 0;
    },
  };
}
