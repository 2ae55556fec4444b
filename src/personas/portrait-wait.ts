import { describeError, log } from "../log.ts";
import { imageKeys, portraitsAre, type StoredSet } from "./presenter.ts";
import type { PersonaStore } from "./store.ts";

/** CONTRACT §3, from the request's beginning: the edge cuts a silent answer at about 100 s. */
const WAIT_MS = 90_000;
// A portrait takes 6 to 120 s, and each look is a read of D1: some 40 in a whole wait.
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3_000;
const GROWTH = 1.3;

/** How long to pause before a look; `look` counts from 0. Milliseconds. */
export function pauseBefore(look: number): number {
  return Math.min(FIRST_PAUSE_MS * GROWTH ** look, LONGEST_PAUSE_MS);
}

type States = Pick<PersonaStore, "imageStates">;

/** The set as its portraits are now. Without their table it stays as it was. */
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
    for (let look = 0; !portraitsAre(current, "ready", "failed"); look += 1) {
      const left = startedAt + WAIT_MS - now();
      if (left <= 0) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(pauseBefore(look), left)));
      current = await withTodaysStates(store, current);
    }
    return current;
  };
}
