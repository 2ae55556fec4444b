import { and, eq, type SQL, sql } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Database } from "../db/client.ts";
import {
  batchItems,
  personaCache,
  personaImages,
  pregenerateInputs,
  requestLog,
  setImages,
} from "../db/schema.ts";
import type { Erased } from "./schema.ts";

/** Whom to erase: one of the two, hashed as the tables have it. */
export type Person = { readonly emailHash: string } | { readonly userHash: string };

export interface EraseDeps {
  readonly db: Database;
  /** Ends and forgets all that the object of a persona key has. True where it had anything. */
  readonly forgetPersonas: (key: string) => Promise<boolean>;
  readonly forgetChat: (name: string) => Promise<boolean>;
  readonly forgetPortraits: (imageKeys: readonly string[]) => Promise<void>;
}

const CHAT = "/api/chat";
// One person's; a shared address may have more. What is left after so many pages is logged by the caller's count.
const PAGE = 500;
const MAX_PAGES = 200;
// Objects that are asked at once: an invocation has six connections that wait for headers.
const AT_ONCE = 6;

const among = (column: SQLiteColumn, values: readonly string[]): SQL =>
  sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;

async function countTrue(
  names: readonly string[],
  work: (name: string) => Promise<boolean>,
): Promise<number> {
  let count = 0;
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const done = await Promise.all(names.slice(start, start + AT_ONCE).map(work));
    count += done.filter(Boolean).length;
  }
  return count;
}

export function createErase({ db, forgetPersonas, forgetChat, forgetPortraits }: EraseDeps) {
  const ownsSet = (person: Person) =>
    "emailHash" in person
      ? eq(personaCache.emailHash, person.emailHash)
      : eq(personaCache.userHash, person.userHash);
  const ownsRow = (person: Person) =>
    "emailHash" in person
      ? eq(requestLog.emailHash, person.emailHash)
      : eq(requestLog.callerUserHash, person.userHash);
  const ownsImage = (person: Person) =>
    "emailHash" in person
      ? eq(setImages.emailHash, person.emailHash)
      : eq(setImages.userHash, person.userHash);

  /** Their results are paid for, and dropped. */
  const blankItems = (where: SQL) =>
    db.update(batchItems).set({ key: null, inputJson: null, emailHash: null }).where(where);

  /** Sets, log rows and the objects behind both: first the objects, so that nothing under way is stored after. */
  async function erasePage(person: Person) {
    const [sets, rows] = await db.batch([
      db.select({ key: personaCache.inputHash }).from(personaCache).where(ownsSet(person)).limit(PAGE),
      db
        .select({ id: requestLog.id, route: requestLog.route, name: requestLog.requestHash })
        .from(requestLog)
        .where(ownsRow(person))
        .limit(PAGE),
    ]);
    const chats = new Set(rows.filter(({ route }) => route === CHAT).map(({ name }) => name));
    const others = rows.filter(({ route }) => route !== CHAT).map(({ name }) => name);
    const keys = [...new Set([...sets.map(({ key }) => key), ...others])];
    const personas = await countTrue(keys, forgetPersonas);
    const streams = personas + (await countTrue([...chats], forgetChat));
    const ids = rows.map(({ id }) => id);
    await db.batch([
      db.delete(personaCache).where(and(ownsSet(person), among(personaCache.inputHash, keys))),
      db.delete(requestLog).where(among(requestLog.id, ids)),
      db.delete(pregenerateInputs).where(among(pregenerateInputs.inputHash, keys)),
      blankItems(among(batchItems.key, keys)),
    ]);
    return { sets: sets.length, logEntries: rows.length, streams };
  }

  /**
   * Portraits of theirs that nobody else has, those of personas that a refresh replaced among them. What says whose they
   * are goes last: by it an erasure that failed half-way is taken up when it is asked again.
   */
  async function eraseImages(person: Person): Promise<number> {
    const mine = await db
      .select({ key: setImages.imageKey, set: setImages.inputHash })
      .from(setImages)
      .where(ownsImage(person))
      .limit(PAGE);
    if (mine.length === 0) return 0;
    const keys = [...new Set(mine.map(({ key }) => key))];
    const gone = among(setImages.inputHash, [...new Set(mine.map(({ set }) => set))]);
    const theirs = and(ownsImage(person), gone, among(setImages.imageKey, keys));
    const kept = await db
      .select({ key: setImages.imageKey })
      .from(setImages)
      .where(and(among(setImages.imageKey, keys), sql`(${theirs}) IS NOT TRUE`));
    const shared = new Set(kept.map(({ key }) => key));
    const orphans = keys.filter((key) => !shared.has(key));
    await db.batch([
      db.delete(personaImages).where(among(personaImages.imageKey, orphans)),
      blankItems(among(batchItems.key, orphans)),
    ]);
    await forgetPortraits(orphans);
    await db.delete(setImages).where(theirs);
    return orphans.length;
  }

  return async function erase(person: Person): Promise<Erased> {
    const erased = { sets: 0, logEntries: 0, streams: 0, images: 0 };
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { sets, logEntries, streams } = await erasePage(person);
      const images = await eraseImages(person);
      erased.sets += sets;
      erased.logEntries += logEntries;
      erased.streams += streams;
      erased.images += images;
      if (sets + logEntries + images === 0) break;
    }
    // An address that was given to pregeneration alone has no set yet.
    if ("emailHash" in person) {
      await db.batch([
        db.delete(pregenerateInputs).where(eq(pregenerateInputs.emailHash, person.emailHash)),
        blankItems(eq(batchItems.emailHash, person.emailHash)),
      ]);
    }
    return erased;
  };
}
