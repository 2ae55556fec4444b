import { Problem } from "./errors.ts";

/** CONTRACT §2. Bytes. */
export const BODY_LIMIT = 64 * 1024;
export const CHAT_BODY_LIMIT = 1024 * 1024;
export const PREGENERATE_BODY_LIMIT = 1024 * 1024;

function requireJsonType(request: Request): void {
  const essence = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (essence !== "application/json") throw new Problem("unsupported_media_type");
}

function tooLarge(limit: number): Problem {
  return new Problem("payload_too_large", { detail: `The body may have at most ${limit} bytes.` });
}

/**
 * How much of a body that is too large is read and thrown away before the answer: a caller who is still sending
 * when the connection ends may never see it. Bytes.
 */
const DISCARD_LIMIT = 8 * 1024 * 1024;

/** Throws `payload_too_large`; more than `limit` bytes are never held. */
export async function readChunked(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Past the limit nothing is held. Leaving the loop cancels the stream.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
    if (size > limit + DISCARD_LIMIT) break;
  }
  if (size > limit) throw tooLarge(limit);
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/** The length that a JSON request declares, where it is within the limit. Its body is then read in one piece. */
export function declaredJsonLength({ headers }: Request, limit: number): number | undefined {
  if (headers.get("Content-Type") !== "application/json") return undefined;
  const length = Number(headers.get("Content-Length") ?? Number.NaN);
  return length <= limit ? length : undefined;
}

/**
 * The bytes of a JSON request. Throws `unsupported_media_type` or `payload_too_large`, the latter with or
 * without a `Content-Length`; more than `limit` bytes are never held. `front`: the bytes, where the front has
 * read them.
 */
export async function readBody(request: Request, limit: number, front?: Uint8Array): Promise<Uint8Array> {
  requireJsonType(request);
  const declared = request.headers.get("Content-Length");
  if (declared !== null) {
    if (Number(declared) > limit) throw tooLarge(limit);
    const bytes = front ?? new Uint8Array(await request.arrayBuffer()); // HTTP holds the body to the declared length
    if (bytes.byteLength > limit) throw tooLarge(limit); // a request that did not come over HTTP
    return bytes;
  }
  return request.body ? readChunked(request.body, limit) : new Uint8Array();
}

/** Throws `invalid_json`; bytes that are not UTF-8 are not JSON either (RFC 8259 §8.1). */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new Problem("invalid_json", { cause });
  }
}
