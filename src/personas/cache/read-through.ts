import { unavailability } from "../../http/availability.ts";
import { Problem } from "../../http/errors.ts";
import type { Timing } from "../../http/headers.ts";
import { describeError, log } from "../../log.ts";
import type { Claim } from "../claims.ts";
import { imageKeys, portraitsAre, type StoredSet, savedBy, toPersonaSet } from "../presenter.ts";
import type { SetRow } from "../set-row.ts";
import type { PersonaStore } from "../store.ts";
import type { EdgeCache } from "./edge.ts";
import type { CachedAnswer, CacheKey, MemoryCache } from "./memory.ts";

export type CacheLayer = "memory" | "edge" | "d1";

export interface Hit {
  readonly kind: "hit";
  readonly layer: CacheLayer;
  readonly answer: CachedAnswer;
}

/**
 * `replay`: the answer of the first request with this Idempotency-Key. `unavailable`: D1 cannot be asked, so nobody
 * knows whether it has the set.
 */
export type Found =
  | Hit
  | { readonly kind: "replay"; readonly set: StoredSet }
  | { readonly kind: "miss" }
  | { readonly kind: "unavailable" };

export interface Lookup {
  readonly cacheKey: CacheKey;
  /** With an Idempotency-Key. */
  readonly claim: Claim | undefined;
  /** The caches are passed by: only a replay answers. */
  readonly refresh: boolean;
  readonly timing: Timing;
  readonly prepare: Prepare;
}

/** What is done with a set before it is shown: nothing, or waiting for its portraits. */
export type Prepare = (set: StoredSet) => Promise<StoredSet>;

export interface ReadThroughDeps {
  readonly store: PersonaStore;
  /** The sizes that are kept of each portrait. Pixels. */
  readonly imageWidths: readonly number[];
  readonly memory: MemoryCache;
  readonly edge: EdgeCache;
  /** Somebody is shown portraits that are not made yet, by image key. Never rejects. */
  readonly lookedAt: (imageKeys: readonly string[]) => Promise<void>;
}

export interface ReadThrough {
  /**
   * From the cheapest layer that has it; fills the ones before it. With an Idempotency-Key, D1 alone says, and the
   * answer of its first request goes before every cache; where the log cannot be reached, the request goes on
   * without it. Throws `idempotency_key_reused`, and D1's own error where it is there but has no time, or was lost.
   */
  find(lookup: Lookup): Promise<Found>;
  /** Puts a set that was just made, or read, into the first two layers, where all its portraits are ready. */
  fill(cacheKey: CacheKey, set: StoredSet): CachedAnswer;
  /** A refresh begins: the first two layers drop what was made before `time`, and take none of it again. */
  invalidate(cacheKey: CacheKey, time: number): void;
  /** It came to nothing: what D1 has is good again. */
  restore(cacheKey: CacheKey): void;
}

const encoder = new TextEncoder();
const MISS = { kind: "miss" } as const;

/** `later` takes what the answer need not wait for. */
export function createReadThrough(
  deps: ReadThroughDeps,
  later: (promise: Promise<unknown>) => void,
): ReadThrough {
  const { store, memory, edge } = deps;

  function fill(cacheKey: CacheKey, set: StoredSet): CachedAnswer {
    const { baseUrl } = cacheKey;
    const shown = toPersonaSet(set, { baseUrl, fromCache: true, imageWidths: deps.imageWidths });
    const answer = {
      body: encoder.encode(JSON.stringify(shown)),
      createdAt: set.createdAt,
      saved: savedBy(set),
    };
    if (portraitsAre(set, "ready") && memory.put(cacheKey, answer)) later(edge.put(cacheKey, answer));
    return answer;
  }

  async function hitFromD1({ cacheKey, prepare }: Lookup, set: SetRow): Promise<Hit> {
    later(store.shown(set));
    if (!portraitsAre(set, "ready", "failed")) later(deps.lookedAt(imageKeys(set)));
    return { kind: "hit", layer: "d1", answer: fill(cacheKey, await prepare(set)) };
  }

  async function findInD1(key: string, timing: Timing) {
    try {
      return await timing.measure("d1", () => store.find(key));
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
      if (unavailability(error)) throw error; // it may have the set: nothing is paid for twice
      return { kind: "unavailable" } as const;
    }
  }

  async function findInLayers(lookup: Lookup): Promise<Found> {
    const { cacheKey, timing } = lookup;
    const inMemory = memory.get(cacheKey);
    if (inMemory) return { kind: "hit", layer: "memory", answer: inMemory };
    const inColo = await timing.measure("edge", () => edge.get(cacheKey));
    if (inColo) {
      memory.put(cacheKey, inColo);
      return { kind: "hit", layer: "edge", answer: inColo };
    }
    const found = await findInD1(cacheKey.key, timing);
    return found.kind === "hit" ? await hitFromD1(lookup, found.set) : found;
  }

  async function findKeyed(lookup: Lookup, claim: Claim): Promise<Found> {
    const { refresh, timing, cacheKey } = lookup;
    const found = await timing
      .measure("d1", () => store.findKeyed(cacheKey.key, claim))
      .catch((error) => {
        log.error("log.unreachable", describeError(error));
        if (unavailability(error)) throw error;
        return undefined;
      });
    if (!found) return refresh ? MISS : await findInLayers(lookup);
    if (found.kind === "mismatch") throw new Problem("idempotency_key_reused");
    if (found.kind === "hit") return refresh ? MISS : await hitFromD1(lookup, found.set);
    return found;
  }

  return {
    fill,
    async find(lookup) {
      if (lookup.claim) return await findKeyed(lookup, lookup.claim);
      return lookup.refresh ? MISS : await findInLayers(lookup);
    },
    invalidate(cacheKey, time) {
      memory.invalidate(cacheKey, time);
      later(edge.invalidate(cacheKey, time));
    },
    restore(cacheKey) {
      memory.forget(cacheKey.key);
      later(edge.forget(cacheKey));
    },
  };
}
