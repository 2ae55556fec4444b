import { objectName } from "./object-key.ts";
import type { Picture } from "./picture.ts";
import type { ByteRange } from "./range.ts";

/** What is known of a stored picture. */
export interface StoredPicture {
  readonly contentType: string;
  readonly bytes: number;
  /** With its quotes (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/** Portraits in R2, by image key. */
export interface PictureStore {
  head(key: string): Promise<StoredPicture | undefined>;
  /** `range` must fit the picture. */
  get(key: string, range?: ByteRange): Promise<(StoredPicture & { body: ReadableStream }) | undefined>;
  /** Keeps the one that is there, if any: its ETag has been sent. */
  put(key: string, picture: Picture): Promise<void>;
  delete(key: string): Promise<void>;
  /** At most 1,000. */
  remove(keys: readonly string[]): Promise<void>;
  /** The names after `after`, in order; undefined ends it. At most 1,000. */
  list(after: string): Promise<{ readonly names: readonly string[]; readonly complete: boolean }>;
}

const LIST_LIMIT = 1_000; // R2's own

function describe({ httpMetadata, size, httpEtag }: R2Object): StoredPicture {
  return { contentType: httpMetadata?.contentType ?? "image/webp", bytes: size, etag: httpEtag };
}

export function createPictureStore(bucket: R2Bucket, prefix: string): PictureStore {
  return {
    async head(key) {
      const object = await bucket.head(objectName(key));
      return object ? describe(object) : undefined;
    },
    async get(key, range) {
      const object = await bucket.get(objectName(key), range && { range });
      return object ? { ...describe(object), body: object.body } : undefined;
    },
    async put(key, { bytes, contentType }) {
      const onlyIf = { etagDoesNotMatch: "*" };
      await bucket.put(objectName(key), bytes, { onlyIf, httpMetadata: { contentType } });
    },
    delete: (key) => bucket.delete(objectName(key)),
    async remove(keys) {
      if (keys.length > 0) await bucket.delete(keys.map(objectName));
    },
    async list(after) {
      const page = await bucket.list({ prefix, limit: LIST_LIMIT, ...(after && { startAfter: after }) });
      return { names: page.objects.map((object) => object.key), complete: !page.truncated };
    },
  };
}
