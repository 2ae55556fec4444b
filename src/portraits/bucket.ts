import type { PortraitFile } from "./image-answer.ts";
import { toObjectName } from "./key.ts";
import type { ByteRange } from "./range.ts";

/** What is known of a stored picture. */
export interface StoredPortrait {
  readonly contentType: string;
  readonly bytes: number;
  /** With its quotes (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/** Portraits in R2, by image key. */
export interface PortraitBucket {
  head(key: string): Promise<StoredPortrait | undefined>;
  /** `range` must fit the picture. */
  get(key: string, range?: ByteRange): Promise<(StoredPortrait & { body: ReadableStream }) | undefined>;
  /** Keeps the one that is there, if any: its ETag has been sent. */
  put(key: string, portrait: PortraitFile): Promise<void>;
  delete(key: string): Promise<void>;
  /** At most 1,000. */
  remove(keys: readonly string[]): Promise<void>;
  /** The names after `after`, in order; undefined ends it. At most 1,000. */
  list(after: string): Promise<{ readonly names: readonly string[]; readonly complete: boolean }>;
}

const LIST_LIMIT = 1_000; // R2's own

function describe({ httpMetadata, size, httpEtag }: R2Object): StoredPortrait {
  return { contentType: httpMetadata?.contentType ?? "image/webp", bytes: size, etag: httpEtag };
}

export function createPortraitBucket(bucket: R2Bucket, prefix: string): PortraitBucket {
  return {
    async head(key) {
      const object = await bucket.head(toObjectName(key));
      return object ? describe(object) : undefined;
    },
    async get(key, range) {
      const object = await bucket.get(toObjectName(key), range && { range });
      return object ? { ...describe(object), body: object.body } : undefined;
    },
    async put(key, { bytes, contentType }) {
      const onlyIf = { etagDoesNotMatch: "*" };
      await bucket.put(toObjectName(key), bytes, { onlyIf, httpMetadata: { contentType } });
    },
    delete: (key) => bucket.delete(toObjectName(key)),
    async remove(keys) {
      if (keys.length > 0) await bucket.delete(keys.map(toObjectName));
    },
    async list(after) {
      const page = await bucket.list({ prefix, limit: LIST_LIMIT, ...(after && { startAfter: after }) });
      return { names: page.objects.map((object) => object.key), complete: !page.truncated };
    },
  };
}
