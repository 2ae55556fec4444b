import { describeError, log } from "../log.ts";

/** Wakes a consumer, now or after a delay in seconds. Never rejects: what a bell is lost for, cron finds. */
export type Ring = (delaySeconds?: number) => Promise<void>;

/** The message says nothing: the ledger knows what is due. */
export function createBell(queue: Pick<Queue, "send">): Ring {
  return async (delaySeconds = 0) => {
    try {
      await queue.send({}, { delaySeconds });
    } catch (error) {
      log.error("bell.failed", describeError(error));
    }
  };
}

/** For bells that visitors ring: one in `ms`, however many look. Scope of the state: whoever made it. */
export function createPatientBell(ring: Ring, ms: number, now: () => number): () => Promise<void> {
  let next = 0;
  return async () => {
    if (now() < next) return;
    next = now() + ms;
    await ring();
  };
}
