import type { Saved } from "../../budget/totals.ts";
import { describeError, log } from "../../log.ts";

// A minute and five: invalidation and erasure reach other isolates and colos only with time.
const MEMORY_SECONDS = 60;
const EDGE_SECONDS = 300;
// Longer than any run: a refresh says when it begins what it makes old, and its caller may be gone when it ends.
const SUPERSEDED_SECONDS = 15 * 60;
// Of an isolate's 128 MiB; some 2,900 sets of three.
const MAX_MEMORY_BYTES = 16 * 1024 * 1024;
const MAX_BODY_DIGESTS = 4096;
const MAX_ANSWERS = 8192; // those that are only known to be superseded have no size

/** A complete set as the bytes of its answer. Held by key and base URL, since it has absolute URLs in it. */
export interface CachedAnswer {
  readonly body: Uint8Array;
  readonly createdAt: number;
  /** What each answer with it does not cost again. */
  readonly saved: Saved;
}

export interface CacheKey {
  readonly key: string;
  readonly baseUrl: string;
}

export interface MemoryCache {
  get(cacheKey: CacheKey): CachedAnswer | undefined;
  /** False where a newer one is known: a slow reader of an older set came late. */
  put(cacheKey: CacheKey, answer: CachedAnswer): boolean;
  /** Under every base URL. */
  forget(key: string): void;
  /** Forgets what was made before `createdAt`, and takes none of it again for a quarter of an hour. */
  invalidate(cacheKey: CacheKey, createdAt: number): void;
  /** The key of a request whose exact bytes were seen, and so validated, before. */
  toKey(digest: string): string | undefined;
  remember(digest: string, key: string): void;
}

function evictOldest<K, V>(map: Map<K, V>): V | undefined {
  for (const [oldest, value] of map) {
    map.delete(oldest);
    return value;
  }
  return undefined;
}

const INVALIDATED = new Uint8Array();
const NOTHING: Saved = { usd: 0, tokens: 0, images: 0 };

const superseded = (createdAt: number): CachedAnswer => ({ body: INVALIDATED, createdAt, saved: NOTHING });

const name = ({ key, baseUrl }: CacheKey) => `${key} ${baseUrl}`;

/** This isolate's own. Bounded by size; what was put longest ago goes first. */
export function createMemoryCache(now: () => number): MemoryCache {
  const answers = new Map<string, CachedAnswer & { readonly expiresAt: number }>();
  const bodyDigests = new Map<string, string>();
  let bytes = 0;

  function remove(id: string): void {
    bytes -= answers.get(id)?.body.byteLength ?? 0;
    answers.delete(id);
  }

  function put(cacheKey: CacheKey, answer: CachedAnswer, seconds: number): boolean {
    const id = name(cacheKey);
    const { body, createdAt, saved } = answer;
    if ((answers.get(id)?.createdAt ?? 0) > createdAt) return false;
    remove(id);
    answers.set(id, { body, createdAt, saved, expiresAt: now() + seconds * 1000 });
    bytes += body.byteLength;
    while (bytes > MAX_MEMORY_BYTES || answers.size > MAX_ANSWERS)
      bytes -= evictOldest(answers)?.body.byteLength ?? 0;
    return true;
  }

  return {
    put: (cacheKey, answer) => put(cacheKey, answer, MEMORY_SECONDS),
    get(cacheKey) {
      const id = name(cacheKey);
      const found = answers.get(id);
      if (found && found.expiresAt > now()) return found.body === INVALIDATED ? undefined : found;
      remove(id);
      return undefined;
    },
    forget(key) {
      for (const id of answers.keys()) if (id.startsWith(`${key} `)) remove(id);
    },
    invalidate: (cacheKey, createdAt) => void put(cacheKey, superseded(createdAt), SUPERSEDED_SECONDS),
    toKey: (digest) => bodyDigests.get(digest),
    remember(digest, key) {
      bodyDigests.set(digest, key);
      if (bodyDigests.size > MAX_BODY_DIGESTS) evictOldest(bodyDigests);
    },
  };
}

export interface EdgeCache {
  get(cacheKey: CacheKey): Promise<CachedAnswer | undefined>;
  put(cacheKey: CacheKey, answer: CachedAnswer): Promise<void>;
  /** As in memory, for whichever isolate of the colo. */
  invalidate(cacheKey: CacheKey, createdAt: number): Promise<void>;
  forget(cacheKey: CacheKey): Promise<void>;
}

const CREATED_AT = "X-Created-At";
const SAVED = "X-Saved";

/** The colo's Cache API. A fault there costs a hit, never an answer. */
export function createEdgeCache(open: () => Cache): EdgeCache {
  // Under a path of this service's own that no route answers.
  const request = ({ key, baseUrl }: CacheKey) => new Request(`${baseUrl}/.cache/personas/${key}`);

  async function guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      log.warn("tier.failed", { tier: "edge", ...describeError(error) });
      return undefined;
    }
  }

  async function put(
    cacheKey: CacheKey,
    { body, createdAt, saved }: CachedAnswer,
    seconds: number,
  ): Promise<void> {
    const there = await guarded(() => open().match(request(cacheKey)));
    if (Number(there?.headers.get(CREATED_AT)) > createdAt) return; // a slow reader of an older set came late
    const headers = {
      "Cache-Control": `public, max-age=${seconds}`,
      "Content-Type": "application/json",
      [CREATED_AT]: String(createdAt),
      [SAVED]: JSON.stringify(saved),
    };
    await guarded(() => open().put(request(cacheKey), new Response(body, { headers })));
  }

  return {
    put: (cacheKey, answer) => put(cacheKey, answer, EDGE_SECONDS),
    invalidate: (cacheKey, createdAt) => put(cacheKey, superseded(createdAt), SUPERSEDED_SECONDS),
    get: (cacheKey) =>
      guarded(async () => {
        const found = await open().match(request(cacheKey));
        if (!found) return undefined;
        const saved = JSON.parse(found.headers.get(SAVED) ?? "") as Saved;
        const body = await found.bytes();
        if (body.byteLength === 0) return undefined; // superseded
        return { body, createdAt: Number(found.headers.get(CREATED_AT)), saved };
      }),
    async forget(cacheKey) {
      await guarded(() => open().delete(request(cacheKey)));
    },
  };
}
