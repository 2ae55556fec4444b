import { describeError, log } from "../../log.ts";
import type { Notify } from "./notifier.ts";
import type { PortraitJobs } from "./store.ts";

/**
 * Somebody looks at portraits: those that the day's limit left waiting are made, once a day has room for them. What
 * nobody looks at is never bought. Never rejects.
 */
export function createTakeUp(store: Pick<PortraitJobs, "takeUp">, notify: Notify, dailyLimit: number) {
  return async function takeUp(keys: readonly string[]): Promise<void> {
    try {
      if (await store.takeUp(keys, dailyLimit)) await notify();
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
    }
  };
}
