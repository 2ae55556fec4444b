import type { PortraitFile } from "../generation/portrait-bytes.ts";
import { markAsGenerated } from "./webp-xmp.ts";

/** Makes a portrait narrower, as WebP, upright, cropped to nothing. Rejects where it cannot be made. */
export type Transform = (portrait: ReadableStream<Uint8Array>, width: number) => Promise<PortraitFile>;

/** A size takes a tenth of a second. */
const TIMEOUT_MS = 5_000;
/** A photograph of 2048 pixels has a quarter of this. */
const MAX_SIZE_BYTES = 2 * 1024 * 1024;
/** WebP's own default: ten photographs of 512 pixels are a quarter of a megabyte. The local emulator has its own, 80. */
const QUALITY = 75;

/** The bytes of a stream of at most `MAX_SIZE_BYTES`. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.byteLength;
    if (length > MAX_SIZE_BYTES) throw new Error("the size is too large");
    parts.push(part);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function withinTimeout<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the size took too long")), TIMEOUT_MS);
  });
  return await Promise.race([work, tooSlow]).finally(() => clearTimeout(timer));
}

/** Cloudflare Images' binding. What it gives carries no content credentials any more, so it is marked anew. */
export function createTransform(images: ImagesBinding): Transform {
  async function transform(portrait: ReadableStream<Uint8Array>, width: number): Promise<PortraitFile> {
    const result = await images
      .input(portrait)
      .transform({ width, fit: "scale-down" })
      .output({ format: "image/webp", quality: QUALITY });
    const bytes = markAsGenerated(await readAll(result.image()));
    if (!bytes) throw new Error("the size is no WebP");
    return { bytes, contentType: "image/webp" };
  }
  return (portrait, width) => withinTimeout(transform(portrait, width));
}
