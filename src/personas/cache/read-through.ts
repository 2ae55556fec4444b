import { unavailability } from "../../http/availability.ts";
import { Problem } from "../../http/errors.ts";
import type { Timing } from "../../http/timing.ts";
import { describeError, log } from "../../log.ts";
import type { Claim } from "../claims.ts";
import { imageKeys, portraitsAre, type StoredSet, savedBy, toPersonaSet } from "../presenter.ts";
import type { SetRow } from "../set-row.ts";
import type { PersonaStore } from "../store.ts";
import type { CachedAnswer, CacheKey, EdgeCache, MemoryCache } from "./layers.ts";

export type CacheLayer = "memory" | "edge" | "d1";

export interface Hit {
  readonly tier: CacheLayer;
  readonly answer: CachedAnswer;
}

/** The answer of the key's first request. */
export interface Replay {
  readonly replay: StoredSet;
}

export interface KeyedRead {
  readonly cacheKey: CacheKey;
  readonly claim: Claim;
  readonly refresh: boolean;
  readonly timing: Timing;
  readonly settle: Settle;
}

export interface ReadThroughDeps {
  readonly store: PersonaStore;
  /** The sizes that are kept of each portrait. Pixels. */
  readonly imageWidths: readonly number[];
  readonly memory: MemoryCache;
  readonly edge: EdgeCache;
  /** Somebody is shown portraits that are not made yet, by image key. Never rejects. */
  readonly lookedAt: (imageKeys: readonly string[]) => Promise<void>;
}

/** What is done with a set before it is shown: nothing, or waiting for its portraits. */
export type Settle = (set: StoredSet) => Promise<StoredSet>;

export interface ReadThrough {
  /**
   * From the cheapest tier that has it; fills the ones before it. `absent`: none has it. `unknown`: D1 cannot be
   * asked, and the request goes on to the key's run, which knows what it made lately.
   */
  find(cacheKey: CacheKey, timing: Timing, settle: Settle): Promise<Hit | "absent" | "unknown">;
  /**
   * For a request with an Idempotency-Key: the answer of its first request goes before every cache. Throws
   * `idempotency_key_reused`. Where the log cannot be reached, the request goes on without it.
   */
  findKeyed(asked: KeyedRead): Promise<Hit | Replay | "absent" | "unknown">;
  /** Puts a set that was just made, or read, into the first two tiers, where all its portraits are ready. */
  fill(cacheKey: CacheKey, set: StoredSet): CachedAnswer;
  /** A refresh begins: the first two tiers drop what was made before `time`, and take none of it again. */
  invalidate(cacheKey: CacheKey, time: number): void;
  /** It came to nothing: what D1 has is good again. */
  restore(cacheKey: CacheKey): void;
}

const encoder = new TextEncoder();

/** Throws where D1 is there but has no time, or was lost: the caller is to come back. */
function unreachable(error: unknown): undefined {
  log.error("log.unreachable", describeError(error));
  if (unavailability(error)) throw error;
}

/** `later` takes what the answer need not wait for. */
export function createReadThrough(
  deps: ReadThroughDeps,
  later: (promise: Promise<unknown>) => void,
): ReadThrough {
  const { store, memory, edge } = deps;

  async function fromD1(key: string, timing: Timing): Promise<SetRow | "absent" | "unknown"> {
    try {
      return (await timing.measure("d1", () => store.findByKey(key))) ?? "absent";
    } catch (error) {
      log.error("store.failed", { tier: "d1", ...describeError(error) });
      if (unavailability(error)) throw error; // it may have the set: nothing is paid for twice
      return "unknown";
    }
  }

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

  async function show(cacheKey: CacheKey, set: SetRow, settle: Settle): Promise<Hit> {
    later(store.shown(set));
    if (!portraitsAre(set, "ready", "failed")) later(deps.lookedAt(imageKeys(set)));
    return { tier: "d1", answer: fill(cacheKey, await settle(set)) };
  }

  async function find(
    cacheKey: CacheKey,
    timing: Timing,
    settle: Settle,
  ): Promise<Hit | "absent" | "unknown"> {
    const near = memory.get(cacheKey);
    if (near) return { tier: "memory", answer: near };
    const colo = await timing.measure("edge", () => edge.get(cacheKey));
    if (colo) {
      memory.put(cacheKey, colo);
      return { tier: "edge", answer: colo };
    }
    const row = await fromD1(cacheKey.key, timing);
    if (typeof row === "string") return row;
    return await show(cacheKey, row, settle);
  }

  return {
    fill,
    find,
    async findKeyed({ cacheKey, claim, refresh, timing, settle }) {
      const found = await timing.measure("d1", () => store.findKeyed(cacheKey.key, claim)).catch(unreachable);
      if (!found) return refresh ? "absent" : await find(cacheKey, timing, settle);
      const { set, claimed } = found;
      if (claimed.decision === "mismatch") throw new Problem("idempotency_key_reused");
      if (claimed.decision === "replay") return { replay: claimed.set };
      if (set && !refresh) return await show(cacheKey, set, settle);
      return "absent";
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
