import { describeError, log } from "../log.ts";

// A minute and five: invalidation and erasure reach other isolates and colos only with time.
const MEMORY_SECONDS = 60;
const EDGE_SECONDS = 300;
// 16 MiB of an isolate's 128, some 5,000 sets.
const MAX_MEMORY_CHARS = 8 * 1024 * 1024;
const MAX_ALIASES = 4096;

/** A complete set as the bytes of its answer. Held by key and base URL, since it has absolute URLs in it. */
export interface CachedAnswer {
  readonly body: string;
  readonly createdAt: number;
}

export interface Place {
  readonly key: string;
  readonly baseUrl: string;
}

export interface MemoryTier {
  get(place: Place): CachedAnswer | undefined;
  put(place: Place, answer: CachedAnswer): void;
  forget(place: Place): void;
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

const name = ({ key, baseUrl }: Place) => `${key} ${baseUrl}`;

/** This isolate's own. Bounded by size; what was put longest ago goes first. */
export function createMemoryTier(now: () => number): MemoryTier {
  const answers = new Map<string, CachedAnswer & { readonly expiresAt: number }>();
  const aliases = new Map<string, string>();
  let chars = 0;

  function remove(id: string): void {
    chars -= answers.get(id)?.body.length ?? 0;
    answers.delete(id);
  }

  return {
    get(place) {
      const id = name(place);
      const found = answers.get(id);
      if (found && found.expiresAt > now()) return found;
      remove(id);
      return undefined;
    },
    put(place, { body, createdAt }) {
      const id = name(place);
      if ((answers.get(id)?.createdAt ?? 0) > createdAt) return; // a slow reader of an older set came late
      remove(id);
      answers.set(id, { body, createdAt, expiresAt: now() + MEMORY_SECONDS * 1000 });
      chars += body.length;
      while (chars > MAX_MEMORY_CHARS) chars -= evictOldest(answers)?.body.length ?? 0;
    },
    forget: (place) => remove(name(place)),
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
  forget(place: Place): Promise<void>;
}

const CREATED_AT = "X-Created-At";

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

  return {
    get: (place) =>
      guarded(async () => {
        const found = await open().match(request(place));
        return found && { body: await found.text(), createdAt: Number(found.headers.get(CREATED_AT)) };
      }),
    async put(place, { body, createdAt }) {
      const headers = {
        "Cache-Control": `public, max-age=${EDGE_SECONDS}`,
        "Content-Type": "application/json",
        [CREATED_AT]: String(createdAt),
      };
      await guarded(() => open().put(request(place), new Response(body, { headers })));
    },
    async forget(place) {
      await guarded(() => open().delete(request(place)));
    },
  };
}
