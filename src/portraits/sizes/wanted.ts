import { describeError, log } from "../../log.ts";
import type { Notify } from "../jobs/notifier.ts";
import type { SizeJobs } from "./jobs.ts";

/** A portrait that is looked at all the time is noticed once a minute by an isolate. Milliseconds. */
const THROTTLE_MS = 60_000;
const MAX_NOTICED = 1_000;

/** Somebody was shown an original in place of a size: it is made. Never rejects. */
export function createWantSizes(jobs: Pick<SizeJobs, "want">, notify: Notify, now: () => number) {
  const noticed = new Map<string, number>();
  return async function wantSizes(key: string): Promise<void> {
    if ((noticed.get(key) ?? 0) > now()) return;
    if (noticed.size >= MAX_NOTICED) noticed.clear();
    noticed.set(key, now() + THROTTLE_MS);
    try {
      if (await jobs.want([key])) await notify();
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
    }
  };
}
