import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { batches, batchItems as items, personaImages } from "../db/schema.ts";

/** What a set is made from, as far as this room looks at it. */
export interface TextInput {
  readonly key: string;
  readonly emailHash: string | null;
}

/** Inputs in one statement: D1 takes a value of 2,000,000 bytes, and a lead of 64 KiB may be four times as long in it. */
const AT_ONCE = 5;

/** The last time that there is: a portrait that waits for somebody to look (see the portraits' ledger). */
const UNTIL_LOOKED_AT = 8.64e15;

/** The requests that wait for a batch or are in one. */
export interface BatchItems {
  /** Puts sets in that are to be made; one that is there stays. */
  add(inputs: readonly TextInput[]): Promise<void>;
  /** False where its subject was erased meanwhile. */
  isWanted(id: string): Promise<boolean>;
  /** Drops what no job wants any more, and marks batches that hold nothing else as cancelled. */
  dropUnwanted(): Promise<void>;
}

/** Of a batch item: whether a job that was not cancelled still waits for it. The library's are always wanted. */
const wanted = (key: SQL) => sql`
  EXISTS (SELECT 1 FROM pregenerate_inputs AS input JOIN pregenerate_jobs AS job ON job.id = input.job_id
    WHERE input.input_hash = ${key} AND input.state = 'pending' AND job.cancelled_at IS NULL)
  OR EXISTS (SELECT 1 FROM set_images AS image JOIN pregenerate_inputs AS input ON input.input_hash = image.input_hash
    JOIN pregenerate_jobs AS job ON job.id = input.job_id WHERE image.image_key = ${key} AND job.cancelled_at IS NULL)`;

export function createBatchItems(db: Database, now: () => number, newId: () => string): BatchItems {
  return {
    async add(inputs) {
      const rows = inputs.map((input) => {
        const { key, emailHash } = input;
        return { id: newId(), key, emailHash, json: JSON.stringify(input) };
      });
      const insert = (start: number) =>
        db
          .insert(items)
          .select(sql`
            SELECT value ->> 'id', 'chat', value ->> 'key', value ->> 'json', value ->> 'emailHash', NULL, 0, ${now()}
            FROM json_each(${JSON.stringify(rows.slice(start, start + AT_ONCE))}) WHERE true`)
          .onConflictDoNothing();
      const [first, ...rest] = rows
        .keys()
        .filter((at) => at % AT_ONCE === 0)
        .map(insert);
      if (first) await db.batch([first, ...rest]);
    },
    async isWanted(id) {
      const row = await db.select({ key: items.key }).from(items).where(eq(items.id, id)).get();
      return typeof row?.key === "string";
    },
    async dropUnwanted() {
      const unwantedText = and(eq(items.endpoint, "chat"), sql`NOT (${wanted(sql`${items.key}`)})`);
      const owned = sql`EXISTS (SELECT 1 FROM set_images AS owned WHERE owned.image_key = ${personaImages.imageKey})`;
      const portrait = sql`EXISTS (SELECT 1 FROM persona_images
        WHERE image_key = item.key AND status = 'pending' AND economy = 1)`;
      const stillWanted = sql`EXISTS (SELECT 1 FROM batch_items AS item WHERE item.batch_id = ${batches.id}
        AND CASE item.endpoint WHEN 'images' THEN ${portrait} ELSE ${wanted(sql`item.key`)} END)`;
      await db.batch([
        db.delete(items).where(and(isNull(items.batchId), unwantedText)),
        db
          .update(personaImages)
          .set({ economy: false, dueAt: UNTIL_LOOKED_AT })
          .where(
            and(
              eq(personaImages.status, "pending"),
              eq(personaImages.economy, true),
              owned,
              sql`NOT (${wanted(sql`${personaImages.imageKey}`)})`,
            ),
          ),
        db
          .update(batches)
          .set({ cancelled: true })
          .where(
            and(
              inArray(batches.state, ["collected", "uploaded", "creating", "created"]),
              sql`NOT ${stillWanted}`,
            ),
          ),
      ]);
    },
  };
}
