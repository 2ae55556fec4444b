import { describeError, log } from "../log.ts";
import type { PersonaStore } from "./store.ts";
import { imageKeys, portraitsAre, type StoredSet } from "./stored.ts";

/** CONTRACT §3, from the request's beginning: the edge cuts a silent answer at about 100 s. */
const WAIT_MS = 90_000;
// A portrait takes 6 to 120 s. Looking at the ledger is one indexed read, at most some 230 of them in a wait.
const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 400;
const SLOWER = 1.3;

type States = Pick<PersonaStore, "imageStates">;

/** The set as its portraits are now. Without the ledger it stays as it was. */
export async function withTodaysStates(store: States, set: StoredSet): Promise<StoredSet> {
  try {
    return { ...set, states: await store.imageStates(imageKeys(set)) };
  } catch (error) {
    log.error("store.failed", { tier: "d1", ...describeError(error) });
    return set;
  }
}

/** Waits until every portrait of a set is ready or has failed, at most 90 s after `startedAt`. */
export function createPortraitWait(store: States, now: () => number) {
  return async function waitForPortraits(set: StoredSet, startedAt: number): Promise<StoredSet> {
    let current = set;
    let lookMs = FIRST_LOOK_MS;
    while (!portraitsAre(current, "ready", "failed")) {
      const left = startedAt + WAIT_MS - now();
      if (left <= 0) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(lookMs, left)));
      current = await withTodaysStates(store, current);
      lookMs = Math.min(lookMs * SLOWER, LAST_LOOK_MS);
    }
    return current;
  };
}
