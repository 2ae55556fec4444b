import { orMiss } from "../../http/colo-cache.ts";
import type { PortraitBucket, StoredPortrait } from "../bucket.ts";
import type { PortraitRow } from "../jobs/store.ts";

/** A ready portrait, or one of its sizes, with its bytes. */
export interface CachedPortrait extends Omit<StoredPortrait, "storedAt"> {
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
}

export interface PortraitName {
  readonly key: string;
  /** Undefined: the original. */
  readonly width?: number | undefined;
}

export interface PortraitCacheDeps {
  readonly bucket: Pick<PortraitBucket, "get">;
  readonly open: () => Cache;
  /** What the ledger says of a portrait. */
  readonly find: (key: string) => Promise<Pick<PortraitRow, "status" | "dueAt" | "leaseOwner"> | undefined>;
  readonly now: () => number;
}

type Later = (promise: Promise<unknown>) => void;

export interface PortraitCache {
  /** From the colo's cache, or else from R2, once for all who ask meanwhile. */
  get(baseUrl: string, name: PortraitName, later: Later): Promise<CachedPortrait | undefined>;
  /** In this colo. */
  forget(baseUrl: string, keys: readonly string[], widths: readonly number[]): Promise<void>;
}

// As long as a set's answer: an erasure reaches other colos only with time.
const CACHE_SECONDS = 300;
// Portraits on their way from R2 are in memory, of which an isolate has 128 MiB.
const MAX_LOADING_MIB = 48;
/** At most: as portrait-bytes.ts and transform.ts take them. */
const ORIGINAL_MIB = 12;
const SIZE_MIB = 2;
const AT_ONCE = 6; // connections of an invocation that wait for headers

/** Within this a portrait may be stored and its sizes not yet: then the ledger says. Milliseconds. */
const YOUNG_MS = 5 * 60_000;

const BYTES = "X-Bytes";

/** The colo's Cache API before R2, by key and width alone. An error there costs a hit, never a portrait. */
export function createPortraitCache({ bucket, open, find, now }: PortraitCacheDeps): PortraitCache {
  const loading = new Map<string, Promise<CachedPortrait | undefined>>();
  let loadingMib = 0;

  // Under a path of this service's own that no route answers.
  const entry = (baseUrl: string, { key, width }: PortraitName) =>
    `${baseUrl}/.cache/portraits/${key}/${width ?? "original"}`;

  async function cached(url: string): Promise<CachedPortrait | undefined> {
    const found = await orMiss(() => open().match(url));
    if (!found?.body) return undefined;
    const { headers, body } = found;
    const contentType = headers.get("Content-Type") ?? "image/webp";
    return { contentType, bytes: Number(headers.get(BYTES)), etag: headers.get("ETag") ?? "", body };
  }

  /** An erasure deletes the row, then the portrait, then this entry: what comes after it is taken out again. */
  async function store(url: string, key: string, portrait: CachedPortrait): Promise<void> {
    const headers = {
      "Cache-Control": `public, max-age=${CACHE_SECONDS}`,
      "Content-Type": portrait.contentType,
      ETag: portrait.etag,
      [BYTES]: String(portrait.bytes),
    };
    await orMiss(() => open().put(url, new Response(portrait.body, { headers })));
    const known = await orMiss(() => find(key));
    if (!known) await orMiss(() => open().delete(url));
  }

  /** A worker holds its lease: it is not called ready before its sizes are there. */
  async function isBeingMade(key: string, storedAt: number): Promise<boolean> {
    if (now() - storedAt > YOUNG_MS) return false;
    const row = await orMiss(() => find(key));
    return row?.status === "pending" && row.leaseOwner !== null && row.dueAt > now();
  }

  async function fromR2({ key, width }: PortraitName) {
    const found = await bucket.get(key, width);
    if (!found || !(await isBeingMade(key, found.storedAt))) return found;
    found.body.cancel().catch(() => {}); // it is of no use yet
    return undefined;
  }

  async function load(url: string, name: PortraitName, later: Later): Promise<CachedPortrait | undefined> {
    const found = await fromR2(name);
    if (!found) return undefined;
    const { contentType, bytes, etag } = found;
    const portrait = { contentType, bytes, etag, body: await new Response(found.body).bytes() };
    later(store(url, name.key, portrait));
    return portrait;
  }

  function loadOnce(url: string, name: PortraitName, later: Later): Promise<CachedPortrait | undefined> {
    const mib = name.width === undefined ? ORIGINAL_MIB : SIZE_MIB;
    if (loadingMib + mib > MAX_LOADING_MIB) return fromR2(name); // past the bound: as it comes
    loadingMib += mib;
    const work = load(url, name, later).finally(() => {
      loadingMib -= mib;
      loading.delete(url);
    });
    loading.set(url, work);
    later(work.catch(() => {})); // others wait for it, also where the first has gone
    return work;
  }

  return {
    async get(baseUrl, name, later) {
      const url = entry(baseUrl, name);
      return (await cached(url)) ?? (await (loading.get(url) ?? loadOnce(url, name, later)));
    },
    async forget(baseUrl, keys, widths) {
      const names = keys.flatMap((key) => [{ key }, ...widths.map((width) => ({ key, width }))]);
      const forgetOne = (name: PortraitName) => orMiss(() => open().delete(entry(baseUrl, name)));
      for (let start = 0; start < names.length; start += AT_ONCE)
        await Promise.all(names.slice(start, start + AT_ONCE).map(forgetOne));
    },
  };
}
