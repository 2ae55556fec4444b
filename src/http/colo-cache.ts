import { describeError, log } from "../log.ts";

/** What the colo's Cache API is asked; undefined where it fails: an error there costs a hit, never an answer. */
export async function orMiss<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    log.warn("tier.failed", { tier: "edge", ...describeError(error) });
    return undefined;
  }
}
