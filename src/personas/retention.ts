import { and, isNull, lt, notExists, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { utcDay } from "../budget/guard.ts";
import type { Database } from "../db/client.ts";
import { personaCache, personaImages, setImages } from "../db/schema.ts";
import { insist } from "../http/availability.ts";
import { log } from "../log.ts";

const DAY_MS = 86_400_000;
/** Sets in one step, of ten portraits at most: D1 has one writer, and others wait for it. */
const PAGE = 100;
const MAX_PAGES = 50;
/**
 * After so many a run ends: a portrait takes two of an invocation's 10,000 requests, and the last page may have a
 * thousand. That is 1,000 sets of three a run, 288,000 a day. What is left goes with the next.
 */
const MAX_PORTRAITS = 3_000;

export interface SetRetentionDeps {
  readonly db: Database;
  /** Removes portraits with all their sizes, by image key. */
  readonly forgetPortraits: (imageKeys: readonly string[]) => Promise<void>;
  /** 0: kept for ever. */
  readonly days: number;
  readonly now: () => number;
}

const among = (column: SQLiteColumn, values: readonly string[]): SQL =>
  sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;

/** Forgets sets that nobody was shown for `days`, with the portraits that no other set has. */
export function createSetRetention({ db, forgetPortraits, days, now }: SetRetentionDeps) {
  function isStale(): SQL | undefined {
    const until = now() - days * DAY_MS;
    const older = and(isNull(personaCache.lastShownOn), lt(personaCache.createdAt, until));
    return or(lt(personaCache.lastShownOn, utcDay(until)), older);
  }

  async function forgetOrphans(imageKeys: readonly string[], keys: readonly string[]): Promise<string[]> {
    const set = db.select({ one: sql`1` }).from(personaCache);
    const isThere = set.where(sql`${personaCache.inputHash} = ${setImages.inputHash}`);
    const wanted = db.select({ one: sql`1` }).from(setImages);
    const isWanted = wanted.where(sql`${setImages.imageKey} = ${personaImages.imageKey}`);
    // A set that was shown meanwhile is still there, and keeps its portraits.
    const [, , orphans] = await db.batch([
      db.delete(personaCache).where(and(among(personaCache.inputHash, keys), isStale())),
      db.delete(setImages).where(and(among(setImages.inputHash, keys), notExists(isThere))),
      db
        .delete(personaImages)
        .where(and(among(personaImages.imageKey, imageKeys), notExists(isWanted)))
        .returning({ key: personaImages.imageKey }),
    ]);
    return orphans.map(({ key }) => key);
  }

  /** The sets that it looked at, and the portraits that went. */
  async function purgePage(): Promise<{ sets: number; portraits: number }> {
    const stale = db.select({ key: personaCache.inputHash }).from(personaCache).where(isStale());
    const page = await stale.limit(PAGE);
    if (page.length === 0) return { sets: 0, portraits: 0 };
    const keys = page.map(({ key }) => key);
    const images = db.selectDistinct({ key: setImages.imageKey }).from(setImages);
    const mine = await images.where(among(setImages.inputHash, keys));
    const orphans = await forgetOrphans(
      mine.map(({ key }) => key),
      keys,
    );
    await insist(() => forgetPortraits(orphans)); // nothing leads to them any more
    return { sets: page.length, portraits: orphans.length };
  }

  return async function purgeSets(): Promise<void> {
    if (days === 0) return;
    let count = 0;
    let removed = 0;
    for (let pages = 0; pages < MAX_PAGES && removed < MAX_PORTRAITS; pages += 1) {
      const { sets, portraits } = await purgePage();
      count += sets;
      removed += portraits;
      if (sets < PAGE) break;
    }
    if (count > 0) log.info("sets.purged", { count });
  };
}
