import type { CacheKey } from "./memory.ts";

// Far above what a look-up takes. The promise of a request that was ended from outside never settles: who waits for
// it looks itself then.
const WAIT_MS = 1_000;
const MAX_LOOKUPS = 1024; // those that were cancelled stay; past it all are let go, and nobody waits for them

export interface SharedLookups<T> {
  /** What `look` finds, or what another request's, begun a moment ago, does. */
  find(cacheKey: CacheKey, look: () => Promise<T>): Promise<T>;
  /** The set has changed: what is being looked up may be the old one. */
  drop(key: string): void;
}

interface Lookup<T> {
  readonly found: Promise<T>;
  readonly startedAt: number;
}

/** One look-up of this isolate for all who ask for the same at the same moment. */
export function createSharedLookups<T>(now: () => number): SharedLookups<T> {
  const underWay = new Map<string, Lookup<T>>();

  /** Undefined where it takes too long, or failed. */
  async function inTime({ found, startedAt }: Lookup<T>): Promise<T | undefined> {
    const leftMs = startedAt + WAIT_MS - now();
    if (leftMs <= 0) return undefined;
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), leftMs);
    const first = await Promise.race([found.catch(() => undefined), late]);
    clearTimeout(timer);
    return first;
  }

  return {
    async find({ key, baseUrl }, look) {
      const name = `${key} ${baseUrl}`;
      const other = underWay.get(name);
      const theirs = other && (await inTime(other));
      if (theirs !== undefined) return theirs;
      const own = { found: look(), startedAt: now() };
      if (underWay.size >= MAX_LOOKUPS) underWay.clear();
      underWay.set(name, own);
      try {
        return await own.found;
      } finally {
        if (underWay.get(name) === own) underWay.delete(name);
      }
    },
    drop(key) {
      for (const name of underWay.keys()) if (name.startsWith(`${key} `)) underWay.delete(name);
    },
  };
}
