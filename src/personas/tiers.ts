import { describeError, log } from "../log.ts";
import type { Saved } from "../spend/totals.ts";

// A minute and five: invalidation and erasure reach other isolates and colos only with time.
const MEMORY_SECONDS = 60;
const EDGE_SECONDS = 300;
// Longer than any run: a refresh says when it begins what it makes old, and its caller may be gone when it ends.
const SUPERSEDED_SECONDS = 15 * 60;
// Of an isolate's 128 MiB; some 2,900 sets of three.
const MAX_MEMORY_BYTES = 16 * 1024 * 1024;
const MAX_ALIASES = 4096;
const MAX_ANSWERS = 8192; // those that are only known to be superseded have no size

/** A complete set as the bytes of its answer. Held by key and base URL, since it has absolute URLs in it. */
export interface CachedAnswer {
  readonly body: Uint8Array;
  readonly createdAt: number;
  /** What each answer with it does not cost again. */
  readonly saved: Saved;
}

export interface Place {
  readonly key: string;
  readonly baseUrl: string;
}

export interface MemoryTier {
  get(place: Place): CachedAnswer | undefined;
  /** False where a newer one is known: a slow reader of an older set came late. */
  put(place: Place, answer: CachedAnswer): boolean;
  /** Under every base URL. */
  forget(key: string): void;
  /** Forgets what was made before `createdAt`, and takes none of it again for a quarter of an hour. */
  supersede(place: Place, createdAt: number): void;
  /** The key of a request whose exact bytes were seen, and so validated, before. */
  keyOf(digest: string): string | undefined;
  remember(digest: string, key: string): void;
}

function evictOldest<K, V>(map: Map<K, V>): V | undefined {
  for (const [oldest, value] of map) {
    map.delete(oldest);
    return value;
  }
  return undefined;
}

const SUPERSEDED = new Uint8Array();
const NOTHING: Saved = { usd: 0, tokens: 0, images: 0 };

const superseded = (createdAt: number): CachedAnswer => ({ body: SUPERSEDED, createdAt, saved: NOTHING });

const name = ({ key, baseUrl }: Place) => `${key} ${baseUrl}`;

/** This isolate's own. Bounded by size; what was put longest ago goes first. */
export function createMemoryTier(now: () => number): MemoryTier {
  const answers = new Map<string, CachedAnswer & { readonly expiresAt: number }>();
  const aliases = new Map<string, string>();
  let bytes = 0;

  function remove(id: string): void {
    bytes -= answers.get(id)?.body.byteLength ?? 0;
    answers.delete(id);
  }

  function put(place: Place, answer: CachedAnswer, seconds: number): boolean {
    const id = name(place);
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
    put: (place, answer) => put(place, answer, MEMORY_SECONDS),
    get(place) {
      const id = name(place);
      const found = answers.get(id);
      if (found && found.expiresAt > now()) return found.body === SUPERSEDED ? undefined : found;
      remove(id);
      return undefined;
    },
    forget(key) {
      for (const id of answers.keys()) if (id.startsWith(`${key} `)) remove(id);
    },
    supersede: (place, createdAt) => void put(place, superseded(createdAt), SUPERSEDED_SECONDS),
    keyOf: (digest) => aliases.get(digest),
    remember(digest, key) {
      aliases.set(digest, key);
      if (aliases.size > MAX_ALIASES) evictOldest(aliases);
    },
  };
}

export interface EdgeTier {
  get(place: Place): Promise<CachedAnswer | undefined>;
  put(place: Place, answer: CachedAnswer): Promise<void>;
  /** As in memory, for whichever isolate of the colo. */
  supersede(place: Place, createdAt: number): Promise<void>;
  forget(place: Place): Promise<void>;
}

const CREATED_AT = "X-Created-At";
const SAVED = "X-Saved";

/** The colo's Cache API. A fault there costs a hit, never an answer. */
export function createEdgeTier(open: () => Cache): EdgeTier {
  // Under a path of this service's own that no route answers.
  const request = ({ key, baseUrl }: Place) => new Request(`${baseUrl}/.cache/personas/${key}`);

  async function guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      log.warn("tier.failed", { tier: "edge", ...describeError(error) });
      return undefined;
    }
  }

  async function put(place: Place, { body, createdAt, saved }: CachedAnswer, seconds: number): Promise<void> {
    const there = await guarded(() => open().match(request(place)));
    if (Number(there?.headers.get(CREATED_AT)) > createdAt) return; // a slow reader of an older set came late
    const headers = {
      "Cache-Control": `public, max-age=${seconds}`,
      "Content-Type": "application/json",
      [CREATED_AT]: String(createdAt),
      [SAVED]: JSON.stringify(saved),
    };
    await guarded(() => open().put(request(place), new Response(body, { headers })));
  }

  return {
    put: (place, answer) => put(place, answer, EDGE_SECONDS),
    supersede: (place, createdAt) => put(place, superseded(createdAt), SUPERSEDED_SECONDS),
    get: (place) =>
      guarded(async () => {
        const found = await open().match(request(place));
        if (!found) return undefined;
        const saved = JSON.parse(found.headers.get(SAVED) ?? "") as Saved;
        const body = await found.bytes();
        if (body.byteLength === 0) return undefined; // superseded
        return { body, createdAt: Number(found.headers.get(CREATED_AT)), saved };
      }),
    async forget(place) {
      await guarded(() => open().delete(request(place)));
    },
  };
}
