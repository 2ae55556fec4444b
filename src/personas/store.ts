import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { personaCache, personaImages, requestLog } from "../db/schema.ts";
import type { Portrait } from "./introduce.ts";
import type { ImageStates, StoredPersona, StoredSet } from "./stored.ts";

export type LogRow = typeof requestLog.$inferInsert;

export interface SetRow extends StoredSet {
  readonly key: string;
  readonly model: string;
  readonly emailHash: string | null;
  readonly userHash: string | null;
}

/** The persona cache and the runs' log, in D1. Each method is one round trip. */
export interface PersonaStore {
  findByKey(key: string): Promise<SetRow | undefined>;
  findById(setId: string): Promise<SetRow | undefined>;
  /**
   * Puts the set in the place of the one with its key, if any, logs its run, and announces the portraits that
   * could not be announced before.
   */
  save(set: SetRow, row: LogRow, missing: readonly Portrait[]): Promise<void>;
  /** Logs a run that made nothing. */
  record(row: LogRow): Promise<void>;
  /** Today's states of those portraits that are in the ledger. */
  imageStates(keys: readonly string[]): Promise<ImageStates>;
}

/** The statement that puts portraits into their ledger, for the batch that stores their set. */
export type InsertPortraits = (portraits: readonly Portrait[]) => BatchItem<"sqlite">;

/** D1 takes rows of 2,000,000 bytes; a set is refused here, since the local one does not check. */
const MAX_SET_BYTES = 1_900_000;

// What its portraits are today, as a JSON object, in the same statement.
const statesJson = sql<string>`(
  SELECT json_group_object(image.image_key, image.status)
  FROM json_each(${personaCache.personasJson}) AS persona
  JOIN persona_images AS image ON image.image_key = persona.value ->> 'imageKey')`;

type Row = typeof personaCache.$inferSelect & { readonly statesJson: string };

function toSet(row: Row): SetRow {
  const { setId, inputHash: key, model, emailHash, userHash, createdAt, personasJson } = row;
  return {
    setId,
    key,
    model,
    emailHash,
    userHash,
    createdAt,
    personas: JSON.parse(personasJson) as StoredPersona[],
    states: JSON.parse(row.statesJson) as ImageStates,
  };
}

export function createPersonaStore(db: Database, insertPortraits: InsertPortraits): PersonaStore {
  const find = (where: SQL) =>
    db
      .select({ ...getTableColumns(personaCache), statesJson })
      .from(personaCache)
      .where(where);
  function upsert({ key, setId, model, emailHash, userHash, createdAt, personas }: SetRow) {
    const personasJson = JSON.stringify(personas);
    if (new TextEncoder().encode(personasJson).byteLength > MAX_SET_BYTES)
      throw new Error("persona set too large");
    return db
      .insert(personaCache)
      .values({ inputHash: key, setId, model, emailHash, userHash, createdAt, personasJson })
      .onConflictDoUpdate({
        target: personaCache.inputHash,
        set: { personasJson: sql`excluded.personas_json`, createdAt: sql`excluded.created_at` },
        setWhere: sql`excluded.created_at >= ${personaCache.createdAt}`, // one that was stored late is no refresh
      });
  }
  // The id is the run's, so writing a row again after a doubtful failure changes nothing.
  const insertLog = (row: LogRow) => db.insert(requestLog).values(row).onConflictDoNothing();

  return {
    async findByKey(key) {
      const row = await find(eq(personaCache.inputHash, key)).get();
      return row && toSet(row);
    },
    async findById(setId) {
      const row = await find(eq(personaCache.setId, setId)).get();
      return row && toSet(row);
    },
    async save(set, row, missing) {
      const writes = [upsert(set), insertLog(row)] as const;
      const announced = missing.length > 0 ? [insertPortraits(missing)] : [];
      await db.batch([...writes, ...announced]);
    },
    async imageStates(keys) {
      const rows = await db
        .select({ key: personaImages.imageKey, status: personaImages.status })
        .from(personaImages)
        .where(sql`${personaImages.imageKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
      return Object.fromEntries(rows.map(({ key, status }) => [key, status]));
    },
    async record(row) {
      await insertLog(row);
    },
  };
}
