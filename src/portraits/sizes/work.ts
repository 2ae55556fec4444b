import { log } from "../../log.ts";
import type { PortraitBucket } from "../bucket.ts";
import { nextSizesAt, type SizeJobs } from "./jobs.ts";
import type { MakeSizes, SizesMade } from "./sizes.ts";

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
