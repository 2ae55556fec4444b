import { describeError, log } from "../../log.ts";
import type { PortraitBucket } from "../bucket.ts";
import { nextSizesAt, type SizeJobs } from "./jobs.ts";
import type { Transform } from "./transform.ts";

/** Whether sizes can be made now. */
export interface Health {
  isAway(): boolean;
  failed(error: unknown): void;
  worked(): void;
}

/** Portraits go on at once while sizes cannot be made, and now and then one tries. Milliseconds. */
const AWAY_MS = 60_000;

/** Says once that sizes cannot be made, however many fail until one works again. */
export function createHealth(now: () => number): Health {
  let failing = false;
  let awayUntil = 0;
  return {
    isAway: () => now() < awayUntil,
    failed(error) {
      if (!failing) log.error("sizes.away", describeError(error));
      failing = true;
      awayUntil = now() + AWAY_MS;
    },
    worked() {
      failing = false;
      awayUntil = 0;
    },
  };
}

/** `missing`: one at least could not be made. `lost`: there is no original to make them of. */
export type SizesMade = "complete" | "missing" | "lost";

/** Makes the sizes of a portrait that are not there, one after another, from the original in R2. */
export type MakeSizes = (key: string) => Promise<SizesMade>;

export interface SizesDeps {
  readonly bucket: Pick<PortraitBucket, "head" | "get" | "put">;
  readonly transform: Transform;
  readonly widths: readonly number[];
  readonly health: Health;
}

/**
 * The narrower copies of portraits. The original passes from R2 to the transform and is never held here. What goes
 * wrong leaves a size missing; rejects where R2 is away.
 */
export function createSizes({ bucket, transform, widths, health }: SizesDeps): MakeSizes {
  async function make(key: string, width: number, original: ReadableStream): Promise<boolean> {
    try {
      const size = await transform(original, width);
      health.worked();
      await bucket.put(key, size, width);
      return true;
    } catch (error) {
      health.failed(error);
      return false;
    }
  }

  return async function makeSizes(key) {
    const there = await Promise.all(widths.map((width) => bucket.head(key, width)));
    for (const [index, width] of widths.entries()) {
      if (there[index]) continue;
      if (health.isAway()) return "missing";
      const original = await bucket.get(key);
      if (!original) return "lost";
      if (!(await make(key, width, original.body))) return "missing";
    }
    return "complete";
  };
}

export interface SizeWorkDeps {
  readonly jobs: Pick<SizeJobs, "claim" | "settle">;
  readonly makeSizes: MakeSizes;
  readonly bucket: Pick<PortraitBucket, "remove">;
  readonly leaseMs: number;
  readonly now: () => number;
}

// Each takes some ten of an invocation's 1,000 requests. What is left is due still, and cron goes on.
const MAX_PORTRAITS = 50;

/** Makes sizes that are missing, one portrait at a time, until none is, `isBusy`, or one cannot be made. */
export function createSizeWork({ jobs, makeSizes, bucket, leaseMs, now }: SizeWorkDeps) {
  async function makeNext(): Promise<"none" | SizesMade> {
    const job = await jobs.claim(leaseMs);
    if (!job) return "none";
    const { key, readyAt } = job;
    const made = await makeSizes(key);
    const wanted = await jobs.settle(key, made === "missing" ? nextSizesAt(readyAt, now()) : null);
    if (!wanted) await bucket.remove([key]); // erased meanwhile
    log.info("portrait.sizes", { image: key.slice(0, 12), reason: made });
    return made;
  }

  return async function makeMissingSizes(isBusy: () => Promise<boolean>): Promise<void> {
    for (let count = 0; count < MAX_PORTRAITS && !(await isBusy()); count += 1) {
      const made = await makeNext();
      if (made === "none" || made === "missing") return;
    }
  };
}
