import { log } from "../../log.ts";
import type { PortraitBucket } from "../bucket.ts";
import { parseObjectName, toObjectName } from "../key.ts";
import type { SizeJobs } from "../sizes/jobs.ts";
import type { Notify } from "./notifier.ts";
import type { PortraitJobs } from "./store.ts";

export interface ReconcileDeps {
  readonly store: Pick<PortraitJobs, "nextDue">;
  readonly sizeJobs: Pick<SizeJobs, "areDue">;
  readonly notify: Notify;
  readonly now: () => number;
}

/**
 * Rings for what the queue lost: portraits that are pending and due, among them those whose lease ran out, and
 * sizes that could not be made before.
 */
export function createReconcile({ store, sizeJobs, notify, now }: ReconcileDeps) {
  return async function backfill(): Promise<void> {
    const at = await store.nextDue();
    const isDue = at !== undefined && at <= now();
    if (isDue) log.info("portraits.due", { durationMs: now() - at });
    if (isDue || (await sizeJobs.areDue())) await notify();
  };
}

export interface DailyCheckDeps {
  readonly store: Pick<PortraitJobs, "readyAfter" | "reset">;
  readonly sizeJobs: Pick<SizeJobs, "want">;
  /** The sizes that are kept of each portrait. Pixels. */
  readonly widths: readonly number[];
  readonly bucket: Pick<PortraitBucket, "list">;
  readonly notify: Notify;
  /** Where the last day's check ended; empty at the first key. */
  readonly position: { read(): Promise<string>; write(position: string): Promise<void> };
}

// R2 lists a thousand names for the price of one. With three sizes each, 500 lists a day are some 100,000 portraits,
// and with 100 pages at most 900 of an invocation's 1,000 requests; the next day goes on where this one ends.
const PAGE = 1_000;
const MAX_PAGES = 100;
const MAX_LISTS = 500;

/** Compares the portrait jobs with R2; what is recorded as ready but gone is pending again, and missing sizes are made. */
export function createDailyCheck(deps: DailyCheckDeps) {
  const { store, sizeJobs, bucket, widths, notify, position } = deps;

  /** The names in R2 after `from`, up to `to` and its sizes; undefined where it takes more than `budget` lists. */
  async function namesBetween(from: string, to: string, budget: { lists: number }) {
    const found = new Set<string>();
    let after = from === "" ? "" : toObjectName(from);
    for (; budget.lists > 0; budget.lists -= 1) {
      const { names, complete } = await bucket.list(after);
      for (const name of names) found.add(name);
      after = names.at(-1) ?? after;
      if (complete || parseObjectName(after).key > to) return found;
    }
    return undefined;
  }

  async function verifyPage(from: string, budget: { lists: number }) {
    // The rows first: a portrait is in R2 before its row says ready, so it is in a list that is made after.
    const keys = await store.readyAfter(from, PAGE);
    const last = keys.at(-1);
    if (last === undefined) return { end: "", lost: 0, wanted: false };
    const there = await namesBetween(from, last, budget);
    if (!there) return undefined;
    const lost = keys.filter((key) => !there.has(toObjectName(key)));
    if (lost.length > 0) await store.reset(lost);
    const isWhole = (key: string) => widths.every((width) => there.has(toObjectName(key, width)));
    const sizeless = keys.filter((key) => there.has(toObjectName(key)) && !isWhole(key));
    const wanted = sizeless.length > 0 && (await sizeJobs.want(sizeless));
    return { end: last, lost: lost.length, wanted };
  }

  return async function verify(): Promise<void> {
    const budget = { lists: MAX_LISTS };
    let at = await position.read();
    let lost = 0;
    let wanted = false;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const page = await verifyPage(at, budget);
      if (!page) break;
      lost += page.lost;
      wanted ||= page.wanted;
      at = page.end;
      if (at === "") break;
    }
    await position.write(at);
    if (lost > 0) log.error("portraits.lost", { count: lost });
    if (lost > 0 || wanted) await notify();
  };
}
