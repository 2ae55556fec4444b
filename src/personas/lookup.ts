import { unavailability } from "../http/availability.ts";
import { Problem } from "../http/errors.ts";
import type { Timing } from "../http/timing.ts";
import { describeError, log } from "../log.ts";
import type { Claim } from "./claims.ts";
import type { SetRow } from "./set-row.ts";
import type { PersonaStore } from "./store.ts";
import { imageKeys, portraitsAre, type StoredSet, savedBy, showSet } from "./stored.ts";
import type { CachedAnswer, EdgeTier, MemoryTier, Place } from "./tiers.ts";

export type Tier = "memory" | "edge" | "d1";

export interface Hit {
  readonly tier: Tier;
  readonly answer: CachedAnswer;
}

/** The answer of the key's first request. */
export interface Replay {
  readonly replay: StoredSet;
}

export interface KeyedLookup {
  readonly place: Place;
  readonly claim: Claim;
  readonly refresh: boolean;
  readonly timing: Timing;
  readonly settle: Settle;
}

export interface LookupDeps {
  readonly store: PersonaStore;
  readonly memory: MemoryTier;
  readonly edge: EdgeTier;
  /** Somebody is shown portraits that are not made yet, by image key. Never rejects. */
  readonly lookedAt: (imageKeys: readonly string[]) => Promise<void>;
}

/** What is done with a set before it is shown: nothing, or waiting for its portraits. */
export type Settle = (set: StoredSet) => Promise<StoredSet>;

export interface Lookup {
  /**
   * From the cheapest tier that has it; fills the ones before it. `absent`: none has it. `unknown`: D1 cannot be
   * asked, and the request goes on to the key's run, which knows what it made lately.
   */
  find(place: Place, timing: Timing, settle: Settle): Promise<Hit | "absent" | "unknown">;
  /**
   * For a request with an Idempotency-Key: the answer of its first request goes before every cache. Throws
   * `idempotency_key_reused`. Where the log cannot be reached, the request goes on without it.
   */
  findKeyed(asked: KeyedLookup): Promise<Hit | Replay | "absent" | "unknown">;
  /** Puts a set that was just made, or read, into the first two tiers, where all its portraits are ready. */
  fill(place: Place, set: StoredSet): CachedAnswer;
  /** A refresh begins: the first two tiers drop what was made before `time`, and take none of it again. */
  supersede(place: Place, time: number): void;
  /** It came to nothing: what D1 has is good again. */
  restore(place: Place): void;
}

const encoder = new TextEncoder();

/** Throws where D1 is there but has no time, or was lost: the caller is to come back. */
function unreachable(error: unknown): undefined {
  log.error("log.unreachable", describeError(error));
  if (unavailability(error)) throw error;
}

/** `later` takes what the answer need not wait for. */
export function createLookup(deps: LookupDeps, later: (promise: Promise<unknown>) => void): Lookup {
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

  function fill(place: Place, set: StoredSet): CachedAnswer {
    const shown = showSet(set, { baseUrl: place.baseUrl, fromCache: true });
    const answer = {
      body: encoder.encode(JSON.stringify(shown)),
      createdAt: set.createdAt,
      saved: savedBy(set),
    };
    if (portraitsAre(set, "ready") && memory.put(place, answer)) later(edge.put(place, answer));
    return answer;
  }

  async function show(place: Place, set: StoredSet, settle: Settle): Promise<Hit> {
    if (!portraitsAre(set, "ready", "failed")) later(deps.lookedAt(imageKeys(set)));
    return { tier: "d1", answer: fill(place, await settle(set)) };
  }

  async function find(place: Place, timing: Timing, settle: Settle): Promise<Hit | "absent" | "unknown"> {
    const near = memory.get(place);
    if (near) return { tier: "memory", answer: near };
    const colo = await timing.measure("edge", () => edge.get(place));
    if (colo) {
      memory.put(place, colo);
      return { tier: "edge", answer: colo };
    }
    const row = await fromD1(place.key, timing);
    if (typeof row === "string") return row;
    return await show(place, row, settle);
  }

  return {
    fill,
    find,
    async findKeyed({ place, claim, refresh, timing, settle }) {
      const found = await timing.measure("d1", () => store.findKeyed(place.key, claim)).catch(unreachable);
      if (!found) return refresh ? "absent" : await find(place, timing, settle);
      const { set, claimed } = found;
      if (claimed.decision === "mismatch") throw new Problem("idempotency_key_reused");
      if (claimed.decision === "replay") return { replay: claimed.set };
      if (set && !refresh) return await show(place, set, settle);
      return "absent";
    },
    supersede(place, time) {
      memory.supersede(place, time);
      later(edge.supersede(place, time));
    },
    restore(place) {
      memory.forget(place.key);
      later(edge.forget(place));
    },
  };
}
