import { unavailability } from "../http/availability.ts";
import { Problem } from "../http/errors.ts";
import type { Timing } from "../http/timing.ts";
import { describeError, log } from "../log.ts";
import type { Claim, Claimed } from "./claims.ts";
import type { SetRow } from "./set-row.ts";
import type { PersonaStore } from "./store.ts";
import { portraitsAre, type StoredSet, savedBy, showSet } from "./stored.ts";
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

export interface ClaimedLookup {
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
   * For a request with an Idempotency-Key: what stands under the key is read, and the key claimed, in the batch
   * that looks the set up; so D1 is asked first. Throws `idempotency_key_reused`. Where the log cannot be
   * reached, the request goes on without it.
   */
  claim(asked: ClaimedLookup): Promise<Hit | Replay | "absent" | "unknown">;
  /** Puts a set that was just made, or read, into the first two tiers, where all its portraits are ready. */
  fill(place: Place, set: StoredSet): CachedAnswer;
  /** Drops what the first two tiers have of a set that was made anew. */
  supersede(place: Place, set: StoredSet): void;
}

const encoder = new TextEncoder();

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

  async function withClaim({ place, claim, refresh, timing }: ClaimedLookup) {
    try {
      return await timing.measure("d1", () => store.findAndClaim(place.key, claim, refresh));
    } catch (error) {
      log.error("log.unreachable", describeError(error));
      if (unavailability(error)) throw error;
      const set = refresh ? "unknown" : await fromD1(place.key, timing);
      const claimed: Claimed = { decision: "claim" };
      return { set: typeof set === "string" ? undefined : set, claimed, unknown: set === "unknown" };
    }
  }

  return {
    fill,
    async claim(asked) {
      const found = await withClaim(asked);
      const { set, claimed } = found;
      if (claimed.decision === "mismatch") throw new Problem("idempotency_key_reused");
      if (set && !asked.refresh) return { tier: "d1", answer: fill(asked.place, await asked.settle(set)) };
      if (claimed.decision === "replay") return { replay: claimed.set };
      return "unknown" in found && found.unknown ? "unknown" : "absent";
    },
    supersede(place, { createdAt }) {
      memory.supersede(place, createdAt);
      later(edge.forget(place));
    },
    async find(place, timing, settle) {
      const near = memory.get(place);
      if (near) return { tier: "memory", answer: near };
      const colo = await timing.measure("edge", () => edge.get(place));
      if (colo) {
        memory.put(place, colo);
        return { tier: "edge", answer: colo };
      }
      const row = await fromD1(place.key, timing);
      if (typeof row === "string") return row;
      return { tier: "d1", answer: fill(place, await settle(row)) };
    },
  };
}
