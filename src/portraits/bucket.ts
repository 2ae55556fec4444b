import { askAgainIfLost } from "../http/availability.ts";
import type { PortraitFile } from "./generation/portrait-bytes.ts";
import { toObjectName } from "./key.ts";

/** What is known of a stored portrait. */
export interface StoredPortrait {
  readonly contentType: string;
  readonly bytes: number;
  /** With its quotes (RFC 9110 §8.8.3). */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Portraits in R2, by image key, with their sizes, by width. Without one: the original. */
export interface PortraitBucket {
  head(key: string, width?: number): Promise<StoredPortrait | undefined>;
  get(key: string, width?: number): Promise<(StoredPortrait & { body: ReadableStream }) | undefined>;
  /** Keeps the one that is there, if any: its ETag has been sent. */
  put(key: string, portrait: PortraitFile, width?: number): Promise<void>;
  /** The originals and all their sizes, of widths that are kept no longer, too. */
  remove(keys: readonly string[]): Promise<void>;
  removeSizes(key: string): Promise<void>;
  /** The names after `after`, in order; undefined ends it. At most 1,000. */
  list(after: string): Promise<{ readonly names: readonly string[]; readonly complete: boolean }>;
}

const LIST_LIMIT = 1_000; // R2's own
// An invocation has six connections that wait for headers.
const AT_ONCE = 6;

function describe({ httpMetadata, size, httpEtag, uploaded }: R2Object): StoredPortrait {
  const contentType = httpMetadata?.contentType ?? "image/webp";
  return { contentType, bytes: size, etag: httpEtag, storedAt: uploaded.getTime() };
}

export function createPortraitBucket(bucket: R2Bucket, prefix: string): PortraitBucket {
  /** Keys have one length, so that none begins another. */
  async function removeAll(beginning: string): Promise<void> {
    const page = { prefix: beginning, limit: LIST_LIMIT };
    const { objects } = await askAgainIfLost(() => bucket.list(page));
    const names = objects.map((object) => object.key);
    if (names.length > 0) await askAgainIfLost(() => bucket.delete(names));
  }

  return {
    async head(key, width) {
      const object = await askAgainIfLost(() => bucket.head(toObjectName(key, width)));
      return object ? describe(object) : undefined;
    },
    async get(key, width) {
      const object = await askAgainIfLost(() => bucket.get(toObjectName(key, width)));
      if (!object) return undefined;
      const { contentType, bytes, etag, storedAt } = describe(object);
      return { contentType, bytes, etag, storedAt, body: object.body };
    },
    async put(key, { bytes, contentType }, width) {
      const onlyIf = { etagDoesNotMatch: "*" };
      await bucket.put(toObjectName(key, width), bytes, { onlyIf, httpMetadata: { contentType } });
    },
    async remove(keys) {
      for (let start = 0; start < keys.length; start += AT_ONCE)
        await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => removeAll(toObjectName(key))));
    },
    removeSizes: (key) => removeAll(`${toObjectName(key)}/`),
    async list(after) {
      const page = await bucket.list({ prefix, limit: LIST_LIMIT, ...(after && { startAfter: after }) });
      return { names: page.objects.map((object) => object.key), complete: !page.truncated };
    },
  };
}
