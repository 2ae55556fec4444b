import type { Saved } from "../../budget/totals.ts";

// A minute: invalidation and erasure reach other isolates only with time.
const MEMORY_SECONDS = 60;
/** Longer than any run: a refresh says when it begins what it makes old, and its caller may be gone when it ends. */
export const INVALIDATED_SECONDS = 15 * 60;
// Of an isolate's 128 MiB; some 2,900 sets of three.
const MAX_MEMORY_BYTES = 16 * 1024 * 1024;
const MAX_BODY_KEYS = 4096;
const MAX_ANSWERS = 8192; // those that only say what is invalid have no size

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

/** What memory knows a request by: its body's digest and who asks. */
export function toBodyKey(digest: string, user: string | undefined): string {
  return `${digest} ${user ?? ""}`;
}

export interface MemoryCache {
  get(cacheKey: CacheKey): CachedAnswer | undefined;
  /** False where a newer one is known: a slow reader of an older set came late. */
  put(cacheKey: CacheKey, answer: CachedAnswer): boolean;
  /** Under every base URL. */
  forget(key: string): void;
  /** Forgets what was made before `createdAt`, and takes none of it again for a quarter of an hour. */
  invalidate(cacheKey: CacheKey, createdAt: number): void;
  /** For a request whose exact bytes were seen, and so validated, before. */
  getByBody(bodyKey: string, baseUrl: string): CachedAnswer | undefined;
  remember(bodyKey: string, key: string): void;
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

/** An entry without a body: says from when on an answer must be, and is none itself. */
export const invalidated = (createdAt: number): CachedAnswer => ({
  body: INVALIDATED,
  createdAt,
  saved: NOTHING,
});

const name = ({ key, baseUrl }: CacheKey) => `${key} ${baseUrl}`;

/** This isolate's own. Bounded by size; what was put longest ago goes first. */
export function createMemoryCache(now: () => number): MemoryCache {
  const answers = new Map<string, CachedAnswer & { readonly expiresAt: number }>();
  const keys = new Map<string, string>();
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

  function get(cacheKey: CacheKey): CachedAnswer | undefined {
    const id = name(cacheKey);
    const found = answers.get(id);
    if (found && found.expiresAt > now()) return found.body === INVALIDATED ? undefined : found;
    remove(id);
    return undefined;
  }

  return {
    put: (cacheKey, answer) => put(cacheKey, answer, MEMORY_SECONDS),
    get,
    getByBody(bodyKey, baseUrl) {
      const key = keys.get(bodyKey);
      return key === undefined ? undefined : get({ key, baseUrl });
    },
    forget(key) {
      for (const id of answers.keys()) if (id.startsWith(`${key} `)) remove(id);
    },
    invalidate: (cacheKey, createdAt) => void put(cacheKey, invalidated(createdAt), INVALIDATED_SECONDS),
    remember(bodyKey, key) {
      keys.set(bodyKey, key);
      if (keys.size > MAX_BODY_KEYS) evictOldest(keys);
    },
  };
}
