import type { Saved } from "../../budget/totals.ts";
import { orMiss } from "../../http/colo-cache.ts";
import { type CachedAnswer, type CacheKey, INVALIDATED_SECONDS, invalidated } from "./memory.ts";

// Five minutes: invalidation and erasure reach other colos only with time.
const EDGE_SECONDS = 300;

export interface EdgeCache {
  get(cacheKey: CacheKey): Promise<CachedAnswer | undefined>;
  put(cacheKey: CacheKey, answer: CachedAnswer): Promise<void>;
  /** As in memory, for whichever isolate of the colo. */
  invalidate(cacheKey: CacheKey, createdAt: number): Promise<void>;
  forget(cacheKey: CacheKey): Promise<void>;
}

const CREATED_AT = "X-Created-At";
const SAVED = "X-Saved";

/** The colo's Cache API. An error there costs a hit, never an answer. */
export function createEdgeCache(open: () => Cache): EdgeCache {
  // Under a path of this service's own that no route answers.
  const request = ({ key, baseUrl }: CacheKey) => new Request(`${baseUrl}/.cache/personas/${key}`);

  async function put(
    cacheKey: CacheKey,
    { body, createdAt, saved }: CachedAnswer,
    seconds: number,
  ): Promise<void> {
    const there = await orMiss(() => open().match(request(cacheKey)));
    if (Number(there?.headers.get(CREATED_AT)) > createdAt) return; // a slow reader of an older set came late
    const headers = {
      "Cache-Control": `public, max-age=${seconds}`,
      "Content-Type": "application/json",
      [CREATED_AT]: String(createdAt),
      [SAVED]: JSON.stringify(saved),
    };
    await orMiss(() => open().put(request(cacheKey), new Response(body, { headers })));
  }

  return {
    put: (cacheKey, answer) => put(cacheKey, answer, EDGE_SECONDS),
    invalidate: (cacheKey, createdAt) => put(cacheKey, invalidated(createdAt), INVALIDATED_SECONDS),
    get: (cacheKey) =>
      orMiss(async () => {
        const found = await open().match(request(cacheKey));
        if (!found) return undefined;
        const saved = JSON.parse(found.headers.get(SAVED) ?? "") as Saved;
        const body = await found.bytes();
        if (body.byteLength === 0) return undefined; // invalidated
        return { body, createdAt: Number(found.headers.get(CREATED_AT)), saved };
      }),
    async forget(cacheKey) {
      await orMiss(() => open().delete(request(cacheKey)));
    },
  };
}
