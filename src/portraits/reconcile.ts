import { log } from "../log.ts";
import type { PortraitBucket } from "./bucket.ts";
import type { PortraitJobs } from "./jobs.ts";
import { parseObjectName, toObjectName } from "./key.ts";
import type { Notify } from "./notifier.ts";

/** Rings for what the queue lost: portraits that are pending and due, among them those whose lease ran out. */
export function createReconcile(store: Pick<PortraitJobs, "nextDue">, notify: Notify, now: () => number) {
  return async function backfill(): Promise<void> {
    const at = await store.nextDue();
    if (at === undefined || at > now()) return;
    log.info("portraits.due", { durationMs: now() - at });
    await notify();
  };
}

export interface DailyCheckDeps {
  readonly store: Pick<PortraitJobs, "readyAfter" | "reset">;
  readonly bucket: Pick<PortraitBucket, "list">;
  readonly notify: Notify;
  /** Where the last day's check ended; empty at the first key. */
  readonly position: { read(): Promise<string>; write(position: string): Promise<void> };
}

// R2 lists a thousand names for the price of one. 100 pages a day are 100,000 portraits and some 400 of an
// invocation's 1,000 requests; the next day goes on where this one ends.
const PAGE = 1_000;
const MAX_PAGES = 100;
const MAX_LISTS = 200;

/** Compares the ledger with R2; what is recorded as ready but gone is pending again. */
export function createDailyCheck({ store, bucket, notify, position }: DailyCheckDeps) {
  /** The names in R2 after `from`, up to `to`; undefined where it takes more than `budget` lists. */
  async function namesBetween(from: string, to: string, budget: { lists: number }) {
    const found = new Set<string>();
    let after = from === "" ? "" : toObjectName(from);
    for (; budget.lists > 0; budget.lists -= 1) {
      const { names, complete } = await bucket.list(after);
      for (const name of names) found.add(parseObjectName(name));
      after = names.at(-1) ?? after;
      if (complete || after >= toObjectName(to)) return found;
    }
    return undefined;
  }

  async function verifyPage(from: string, budget: { lists: number }) {
    // The ledger first: a picture is in R2 before its row says ready, so it is in a list that is made after.
    const keys = await store.readyAfter(from, PAGE);
    const last = keys.at(-1);
    if (last === undefined) return { end: "", lost: 0 };
    const there = await namesBetween(from, last, budget);
    if (!there) return undefined;
    const lost = keys.filter((key) => !there.has(key));
    if (lost.length > 0) await store.reset(lost);
    return { end: last, lost: lost.length };
  }

  return async function verify(): Promise<void> {
    const budget = { lists: MAX_LISTS };
    let at = await position.read();
    let lost = 0;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await verifyPage(at, budget);
      if (!page) break;
      lost += page.lost;
      at = page.end;
      if (at === "") break;
    }
    await position.write(at);
    if (lost === 0) return;
    log.error("portraits.lost", { count: lost });
    await notify();
  };
}
