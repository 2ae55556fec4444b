import { eq, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { personaCache, requestLog } from "../db/schema.ts";
import type { StoredPersona, StoredSet } from "./stored.ts";

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
  /** Puts the set in the place of the one with its key, if any, and logs its run. Gives the id it goes by. */
  save(set: SetRow, row: LogRow): Promise<string>;
  /** Logs a run that made nothing. */
  record(row: LogRow): Promise<void>;
}

/** D1 takes rows of 2,000,000 bytes; a set is refused here, since the local one does not check. */
const MAX_SET_BYTES = 1_900_000;

type Row = typeof personaCache.$inferSelect;

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
  };
}

export function createPersonaStore(db: Database): PersonaStore {
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
      })
      .returning({ setId: personaCache.setId });
  }
  // The id is the run's, so writing a row again after a doubtful failure changes nothing.
  const insertLog = (row: LogRow) => db.insert(requestLog).values(row).onConflictDoNothing();

  return {
    async findByKey(key) {
      const row = await db.select().from(personaCache).where(eq(personaCache.inputHash, key)).get();
      return row && toSet(row);
    },
    async findById(setId) {
      const row = await db.select().from(personaCache).where(eq(personaCache.setId, setId)).get();
      return row && toSet(row);
    },
    async save(set, row) {
      const [saved] = await db.batch([upsert(set), insertLog(row)]);
      return saved[0]?.setId ?? set.setId;
    },
    async record(row) {
      await insertLog(row);
    },
  };
}
