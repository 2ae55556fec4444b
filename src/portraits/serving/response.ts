import { ifNoneMatch } from "../../http/headers.ts";
import type { CachedPortrait } from "./colo-cache.ts";

/** `length` bytes from `offset` on. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

const ONE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/i;

/**
 * What a `Range` header asks of a representation of `size` bytes (RFC 9110 §14.2). `whole` where it is no
 * single range of bytes: a server may ignore what it does not serve.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = ONE_RANGE.exec(header?.replace(/\s+/g, "") ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length > 0 ? { offset: size - length, length } : "unsatisfiable";
  }
  if (last !== "" && Number(last) < Number(first)) return "whole"; // invalid (§14.1.1)
  if (Number(first) >= size) return "unsatisfiable";
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return { offset: Number(first), length: end - Number(first) + 1 };
}

export function contentRange({ offset, length }: ByteRange, size: number): string {
  return `bytes ${offset}-${offset + length - 1}/${size}`;
}

/** Any page may show a portrait, wherever it is from. */
export const ANYWHERE = { "Cross-Origin-Resource-Policy": "cross-origin" };

// A year: the name is the content's.
export const FOR_EVER = "public, max-age=31536000, immutable";
/** The original in place of a size that is not made yet. */
export const FOR_NOW = "public, max-age=300";

async function readBytes({ body }: CachedPortrait): Promise<Uint8Array> {
  return body instanceof Uint8Array ? body : await new Response(body).bytes();
}

function withoutBody({ body }: CachedPortrait, response: ResponseInit): Response {
  if (body instanceof ReadableStream) body.cancel().catch(() => {}); // it is of no use any more
  return new Response(null, response);
}

/** RFC 9110 §13.1.5: the part is wanted only of the same portrait. */
function wantedRange({ method, headers }: Request, { bytes, etag }: CachedPortrait) {
  const sameWanted = headers.get("If-Range");
  if (method === "HEAD" || (sameWanted !== null && sameWanted !== etag)) return "whole";
  return parseRange(headers.get("Range") ?? undefined, bytes);
}

/** What GET and HEAD answer with a portrait: whole, a part of it, or that the caller has it. */
export async function portraitResponse(
  request: Request,
  portrait: CachedPortrait,
  cacheControl: string,
): Promise<Response> {
  const { etag, bytes, contentType } = portrait;
  // What a 304 has, too (RFC 9110 §15.4.5).
  const headers = new Headers(ANYWHERE);
  headers.set("Cache-Control", cacheControl);
  headers.set("ETag", etag);
  headers.set("X-Image-Status", "ready");
  if (ifNoneMatch(request.headers.get("If-None-Match") ?? undefined, etag))
    return withoutBody(portrait, { status: 304, headers });
  const range = wantedRange(request, portrait);
  if (range === "unsatisfiable")
    return withoutBody(portrait, {
      status: 416,
      headers: { ...ANYWHERE, "Content-Range": `bytes */${bytes}` },
    });
  headers.set("Content-Type", contentType);
  headers.set("Accept-Ranges", "bytes");
  headers.set("Content-Length", String(range === "whole" ? bytes : range.length));
  if (request.method === "HEAD") return withoutBody(portrait, { headers });
  if (range === "whole") return new Response(portrait.body, { headers });
  headers.set("Content-Range", contentRange(range, bytes));
  const part = (await readBytes(portrait)).subarray(range.offset, range.offset + range.length);
  return new Response(part, { status: 206, headers });
}
