import { and, eq, inArray, ne, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/client.ts";
import { type personaCache, personaImages, setImages } from "../db/schema.ts";
import type { ImageStates, StoredPersona, StoredSet } from "./presenter.ts";

/** A set with whose it is. */
export interface SetRow extends StoredSet {
  readonly key: string;
  readonly emailHash: string | null;
  readonly userHash: string | null;
  /** The UTC day on which it was last shown; none where nobody was shown it yet. */
  readonly lastShownOn?: string | null;
}

/** D1 takes rows of 2,000,000 bytes; a set is refused here, since the local one does not check. */
const MAX_SET_BYTES = 1_900_000;

type Row = typeof personaCache.$inferSelect & { readonly statesJson: string };

/** The set of a row, its portraits as they were when it was read. */
export function toSet({
  personasJson,
  statesJson,
  inputHash: key,
  costUsd: usd,
  tokens,
  ...row
}: Row): SetRow {
  const { setId, model, emailHash, userHash, createdAt, lastShownOn } = row;
  const personas = JSON.parse(personasJson) as StoredPersona[];
  const states = JSON.parse(statesJson) as ImageStates;
  const whose = { emailHash, userHash, lastShownOn };
  return { setId, key, model, createdAt, personas, states, cost: { usd, tokens }, ...whose };
}

// Written out, since every set ends with it. One that was stored late is no refresh.
const UPSERT = `insert into "persona_cache"
    (input_hash, set_id, personas_json, model, email_hash, user_hash, created_at, cost_usd, tokens, last_shown_on)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (input_hash) do update set personas_json = excluded.personas_json, model = excluded.model,
    created_at = excluded.created_at, cost_usd = excluded.cost_usd, tokens = excluded.tokens,
    last_shown_on = excluded.last_shown_on
  where excluded.created_at >= persona_cache.created_at`;

/** Stores a set in the place of an older one of the same key, for a batch. Throws where it is larger than D1 takes. */
export function upsertSet({ $client: d1 }: Database, set: SetRow): D1PreparedStatement {
  const { key, setId, model, emailHash, userHash, createdAt, cost, lastShownOn = null } = set;
  const personasJson = JSON.stringify(set.personas);
  if (new TextEncoder().encode(personasJson).byteLength > MAX_SET_BYTES) {
    throw new Error("persona set too large");
  }
  const made = [createdAt, cost.usd, cost.tokens, lastShownOn];
  return d1.prepare(UPSERT).bind(key, setId, personasJson, model, emailHash, userHash, ...made);
}

/** Of whose set a portrait is. */
export type SetOwner = Pick<SetRow, "key" | "emailHash" | "userHash">;

/** Whose portraits they are, so that erasure finds them without reading every set there is. */
export function insertSetImages(
  db: Database,
  { key, emailHash, userHash }: SetOwner,
  imageKeys: readonly string[],
) {
  const keys = JSON.stringify(imageKeys);
  return db
    .insert(setImages)
    .select(sql`SELECT value, ${key}, ${emailHash}, ${userHash} FROM json_each(${keys}) WHERE true`)
    .onConflictDoNothing();
}

/**
 * A set is forgotten: its portraits that are not made go, but for those that another set has, too. What is made
 * stays, and stays known as theirs, so that erasure finds it.
 */
export function dropUnmadePortraits(db: Database, key: string) {
  const others = alias(setImages, "others");
  const mine = db.select({ key: setImages.imageKey }).from(setImages).where(eq(setImages.inputHash, key));
  const wanted = db
    .select({ key: others.imageKey })
    .from(others)
    .where(and(eq(others.imageKey, personaImages.imageKey), ne(others.inputHash, key)));
  const made = db
    .select({ key: personaImages.imageKey })
    .from(personaImages)
    .where(and(eq(personaImages.imageKey, setImages.imageKey), eq(personaImages.status, "ready")));
  return [
    db
      .delete(personaImages)
      .where(
        and(inArray(personaImages.imageKey, mine), ne(personaImages.status, "ready"), notExists(wanted)),
      ),
    db.delete(setImages).where(and(eq(setImages.inputHash, key), notExists(made))),
  ] as const;
}
