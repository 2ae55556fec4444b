import { describeError, log } from "../../log.ts";
import type { PortraitJobs } from "./store.ts";

/** Wakes a consumer, now or after a delay in seconds. Never rejects: what a message is lost for, cron finds. */
export type Notify = (delaySeconds?: number) => Promise<void>;

/** The message says nothing: the portrait jobs know what is due. */
export function createNotifier(queue: Pick<Queue, "send">): Notify {
  return async (delaySeconds = 0) => {
    try {
      await queue.send({}, { delaySeconds });
    } catch (error) {
      log.error("notifier.failed", describeError(error));
    }
  };
}

/** For what visitors look at: one message in `ms`, however many look. Scope of the state: whoever made it. */
export function createThrottledNotifier(notify: Notify, ms: number, now: () => number): () => Promise<void> {
  let next = 0;
  return async () => {
    if (now() < next) return;
    next = now() + ms;
    await notify();
  };
}

// The consumer wants D1 too, which has one writer. A portrait takes seconds; the set it belongs to, and whoever
// waits for its text, are done by then.
const SOON_MS = 100;

/** Rings a moment later, once for all who ask within it. */
export function createCoalescedNotifier(notify: Notify): () => Promise<void> {
  let ringing: Promise<void> | undefined;
  async function wait(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    ringing = undefined;
    await notify();
  }
  return () => {
    ringing ??= wait();
    return ringing;
  };
}

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
