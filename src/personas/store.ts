import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "../db/client.ts";
import { personaCache, personaImages, requestLog } from "../db/schema.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { utcDay } from "../spend/gate.ts";
import { addTotals, runTotals } from "../spend/totals.ts";
import {
  type Claim,
  type Claimed,
  claimedBy,
  claimStatement,
  completeStatement,
  releaseStatement,
  selectClaim,
} from "./claims.ts";
import type { Portrait } from "./introduce.ts";
import { insertSetImages, type SetRow, toSet, upsertSet } from "./set-row.ts";
import type { ImageStates, StoredSet } from "./stored.ts";

export type LogRow = typeof requestLog.$inferInsert;

/** What a run leaves behind. */
export interface RunResult {
  /** Undefined where it made nothing. */
  readonly set?: SetRow;
  readonly row: LogRow;
  /** Portraits that could not be announced before. */
  readonly missing: readonly Portrait[];
  /** The Idempotency-Keys that asked for it. */
  readonly claims: readonly Pick<Claim, "id" | "ttlMs">[];
}

export interface Found {
  readonly set: SetRow | undefined;
  readonly claimed: Claimed;
}

/** The persona cache and the runs' log, in D1. Each method is one round trip. */
export interface PersonaStore {
  findByKey(key: string): Promise<SetRow | undefined>;
  findById(setId: string): Promise<SetRow | undefined>;
  /** Looks the set up and, in the same batch, claims the request's key: on a refresh, or where there is no set. */
  findAndClaim(key: string, claim: Claim, refresh: boolean): Promise<Found>;
  /** Puts the set in the place of the one with its key, if any, and logs its run. */
  save(result: RunResult): Promise<void>;
  /** The same without the log, which cannot be reached. */
  saveUnlogged(result: RunResult & { readonly set: SetRow }): Promise<void>;
  complete(claim: Pick<Claim, "id" | "ttlMs">, set: StoredSet): Promise<void>;
  release(claim: Pick<Claim, "id">): Promise<void>;
  /** Counts what became of a result that D1 would not take at first. */
  countOutbox(outcome: "recovered" | "givenUp"): Promise<void>;
  /** Says that a run is under way, so that its subject or caller can be found before it has ended. */
  announce(row: LogRow): Promise<void>;
  /** Its portraits stay: others may use them. */
  remove(key: string): Promise<void>;
  /** Today's states of those portraits that are in the ledger. */
  imageStates(keys: readonly string[]): Promise<ImageStates>;
}

/** The statement that puts portraits into their ledger, for the batch that stores their set. */
export type InsertPortraits = (portraits: readonly Portrait[]) => BatchItem<"sqlite">;

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
  const find = (where: SQL) => {
    const columns = { ...getTableColumns(personaCache), statesJson };
    return db.select(columns).from(personaCache).where(where);
  };

  /** The id is the run's, so writing a row again after a doubtful failure changes nothing but an announcement. */
  function logRun(row: LogRow): BatchItem<"sqlite">[] {
    const { inputTokens, cachedInputTokens, outputTokens, costUsd } = row;
    const totals = runTotals({ inputTokens, cachedInputTokens, outputTokens }, costUsd);
    return [
      db.insert(requestLog).values(row).onConflictDoUpdate({ target: requestLog.id, set: row }),
      addTotals(db, utcDay(now()), totals),
    ];
  }

  function settleClaims({ set, claims }: RunResult): BatchItem<"sqlite">[] {
    const ids = claims.map(({ id }) => id);
    const [first] = claims;
    if (!first) return [];
    return [set ? completeStatement(db, ids, set, now() + first.ttlMs) : releaseStatement(db, ids)];
  }

  function setStatements({ set, missing }: RunResult): BatchItem<"sqlite">[] {
    if (!set) return [];
    const announced = missing.length > 0 ? [insertPortraits(missing)] : [];
    return [upsertSet(db, set), insertSetImages(db, set), ...announced];
  }

  const batch = async ([first, ...rest]: BatchItem<"sqlite">[]) => {
    if (first) await db.batch([first, ...rest]);
  };

  return {
    async findByKey(key) {
      const row = await askAgainIfLost(() => find(eq(personaCache.inputHash, key)).get());
      return row && toSet(row);
    },
    async findById(setId) {
      const row = await askAgainIfLost(() => find(eq(personaCache.setId, setId)).get());
      return row && toSet(row);
    },
    async findAndClaim(key, claim, refresh) {
      const at = now();
      const [[row], mine, [log]] = await db.batch([
        find(eq(personaCache.inputHash, key)),
        claimStatement(db, claim, at, !refresh),
        selectClaim(db, claim),
      ]);
      const claimed = claimedBy(log, mine.length > 0, claim, at);
      return { set: row && toSet(row), claimed };
    },
    save: (result) => batch([...setStatements(result), ...logRun(result.row), ...settleClaims(result)]),
    saveUnlogged: (result) => batch(setStatements(result)),
    async complete({ id, ttlMs }, set) {
      await completeStatement(db, [id], set, now() + ttlMs);
    },
    async release({ id }) {
      await releaseStatement(db, [id]);
    },
    async countOutbox(outcome) {
      await addTotals(db, utcDay(now()), { [`outbox.${outcome}`]: 1 });
    },
    async announce(row) {
      await db.insert(requestLog).values(row).onConflictDoNothing();
    },
    async remove(key) {
      await db.delete(personaCache).where(eq(personaCache.inputHash, key));
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
