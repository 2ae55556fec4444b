import { and, eq, getTableColumns, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { utcDay } from "../budget/guard.ts";
import { addTotals } from "../budget/totals.ts";
import { type Database, toStatement } from "../db/client.ts";
import type { RunRow } from "../db/request-log.ts";
import { personaCache, personaImages } from "../db/schema.ts";
import type { Hasher } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import type { Caller } from "../http/caller.ts";
import { describeError, log } from "../log.ts";
import { insertStart, logRuns } from "../runs/run-log.ts";
import {
  type Claim,
  type Claimed,
  claimedBy,
  claimStatement,
  completeStatement,
  forgetStatement,
  releaseStatement,
  selectClaim,
} from "./claims.ts";
import type { Portrait } from "./generation/ordered-emitter.ts";
import { SET_ID } from "./key.ts";
import type { ImageStates, StoredPersona, StoredSet } from "./presenter.ts";
import { dropUnmadePortraits, type SetOwner, type SetRow, toSet, upsertSet } from "./set-row.ts";

/** What a run leaves behind. */
export interface RunResult {
  /** Undefined where it made nothing. */
  readonly set?: SetRow;
  readonly row: RunRow;
  /** Portraits that could not be enqueued before. */
  readonly missing: readonly Portrait[];
  /** The Idempotency-Keys that asked for it. */
  readonly claims: readonly Pick<Claim, "id" | "ttlMs">[];
}

/** Idempotency-Keys, and the answer that they are to have. */
export interface Keys {
  readonly claims: RunResult["claims"];
  readonly set?: StoredSet | undefined;
}

/** What D1 has under a persona key. */
export type Stored = { readonly kind: "hit"; readonly set: SetRow } | { readonly kind: "miss" };

/** The same for a request with an Idempotency-Key. `replay`: its answer. `mismatch`: it is another request's. */
export type KeyedStored =
  | Stored
  | { readonly kind: "replay"; readonly set: StoredSet }
  | { readonly kind: "mismatch" };

/** The persona cache and the runs' log, in D1. Each method is one round trip. */
export interface PersonaStore {
  find(key: string): Promise<Stored>;
  /** D1 is not asked for what cannot be an id. */
  findById(setId: string): Promise<SetRow | undefined>;
  /** The set, and what stands under the request's Idempotency-Key. Writes nothing. */
  findKeyed(key: string, claim: Claim): Promise<KeyedStored>;
  /** Takes the key, where nobody has it; gives what stands under it. */
  claim(claim: Claim): Promise<Claimed>;
  /** Puts the set in the place of the one with its key, if any, and logs its run. */
  save(result: RunResult): Promise<void>;
  /** The same without the log, which cannot be reached. */
  saveUnlogged(result: RunResult & { readonly set: SetRow }): Promise<void>;
  /** Gives the keys their answer; without a set they are free again. */
  finish(keys: Keys): Promise<void>;
  /** Counts what became of a result that D1 would not take at first. */
  countOutbox(outcome: "recovered" | "givenUp"): Promise<void>;
  /** Says that a run is under way, so that its subject or caller can be found before it has ended. */
  recordStart(row: RunRow): Promise<void>;
  /** With the replays of it, and those of its portraits that are not made and that no other set wants. */
  remove(key: string): Promise<void>;
  /** Somebody is shown it: noted once a UTC day. Never rejects. */
  shown(set: Pick<SetRow, "setId" | "lastShownOn">): Promise<void>;
  /** Today's states of those portraits that are among the jobs. */
  imageStates(keys: readonly string[]): Promise<ImageStates>;
}

function toStored(row: Parameters<typeof toSet>[0] | undefined): Stored {
  return row ? { kind: "hit", set: toSet(row) } : { kind: "miss" };
}

/** What puts a set's portraits among the jobs, for the batch that stores it. */
export type InsertPortraits = (portraits: readonly Portrait[], owner: SetOwner) => readonly Built[];

/** A statement of the query builder's. */
type Built = Parameters<typeof toStatement>[1];

// What its portraits are today, as a JSON object, in the same statement.
const statesJson = sql<string>`(
  SELECT json_group_object(image.image_key, image.status)
  FROM json_each(${personaCache.personasJson}) AS persona
  JOIN persona_images AS image ON image.image_key = persona.value ->> 'imageKey')`;

export function createPersonaStore(
  db: Database,
  insertPortraits: InsertPortraits,
  now: () => number,
): PersonaStore {
  const select = (where: SQL) => {
    const columns = { ...getTableColumns(personaCache), statesJson };
    return db.select(columns).from(personaCache).where(where);
  };

  function finishClaims({ set, claims }: Keys): Built[] {
    const ids = claims.map(({ id }) => id);
    const [first] = claims;
    if (!first) return [];
    return [set ? completeStatement(db, ids, set, now() + first.ttlMs) : releaseStatement(db, ids)];
  }

  const toStatements = (queries: readonly Built[]) => queries.map((query) => toStatement(db, query));

  function setStatements({ set, missing }: RunResult): D1PreparedStatement[] {
    if (!set) return [];
    if (missing.length === 0) return [upsertSet(db, set)];
    return [upsertSet(db, set), ...toStatements(insertPortraits(missing, set))];
  }

  const batch = async (statements: D1PreparedStatement[]) => {
    if (statements.length > 0) await db.$client.batch(statements);
  };

  return {
    async find(key) {
      return toStored(await askAgainIfLost(() => select(eq(personaCache.inputHash, key)).get()));
    },
    async findById(setId) {
      if (!SET_ID.test(setId)) return undefined;
      const row = await askAgainIfLost(() => select(eq(personaCache.setId, setId)).get());
      return row && toSet(row);
    },
    async findKeyed(key, claim) {
      const set = select(eq(personaCache.inputHash, key));
      const [[row], [log]] = await db.batch([set, selectClaim(db, claim)]);
      const claimed = claimedBy(log, false, claim, now());
      if (claimed.decision === "mismatch") return { kind: "mismatch" };
      return claimed.decision === "replay" ? { kind: "replay", set: claimed.set } : toStored(row);
    },
    async claim(claim) {
      const at = now();
      const [mine, [log]] = await db.batch([claimStatement(db, claim, at), selectClaim(db, claim)]);
      return claimedBy(log, mine.length > 0, claim, at);
    },
    async save(result) {
      const claims = toStatements(finishClaims(result));
      await batch([...setStatements(result), ...logRuns(db, [result.row]), ...claims]);
    },
    saveUnlogged: (result) => batch(setStatements(result)),
    finish: (keys) => batch(toStatements(finishClaims(keys))),
    async countOutbox(outcome) {
      const increments = { [`outbox.${outcome}`]: 1 };
      await addTotals(db, [{ day: utcDay(now()), increments }]).run();
    },
    async recordStart(row) {
      await insertStart(db, row).run();
    },
    async remove(key) {
      await db.batch([
        db.delete(personaCache).where(eq(personaCache.inputHash, key)),
        forgetStatement(db, key),
        ...dropUnmadePortraits(db, key),
      ]);
    },
    async shown({ setId, lastShownOn }) {
      const today = utcDay(now());
      if (lastShownOn === today) return;
      const stale = or(isNull(personaCache.lastShownOn), lt(personaCache.lastShownOn, today));
      try {
        await db
          .update(personaCache)
          .set({ lastShownOn: today })
          .where(and(eq(personaCache.setId, setId), stale));
      } catch (error) {
        log.warn("shown.lost", describeError(error));
      }
    },
    async imageStates(keys) {
      const rows = await db
        .select({ key: personaImages.imageKey, status: personaImages.status })
        .from(personaImages)
        .where(sql`${personaImages.imageKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
      return Object.fromEntries(rows.map(({ key, status }) => [key, status]));
    },
  };
}

export interface FindPersonaDeps {
  readonly store: Pick<PersonaStore, "findById">;
  /** Under `subject`, a signed-in user finds nobody else's. */
  readonly scope: "subject" | "shared";
  readonly hash: Hasher;
}

/** A persona as a model may be told of it, and whose it is. */
export interface FoundPersona {
  readonly persona: Omit<StoredPersona, "id" | "imageKey">;
  readonly emailHash: string | null;
}

/** Undefined where there is none, or it is another user's. */
export function createFindPersona({ store, scope, hash }: FindPersonaDeps) {
  return async (
    { setId, personaId }: { readonly setId: string; readonly personaId: string },
    { user }: Caller,
  ): Promise<FoundPersona | undefined> => {
    const set = await store.findById(setId);
    const foreign = scope === "subject" && user !== undefined && set?.userHash !== hash(user);
    const found = foreign ? undefined : set?.personas.find(({ id }) => id === personaId);
    if (!found) return undefined;
    const { id: _, imageKey: __, ...persona } = found;
    return { persona, emailHash: set?.emailHash ?? null };
  };
}
