import { asRecord } from "../as-record.ts";
import type { ProblemCode } from "../http/errors.ts";
import { MODERATION_CODES } from "../openai/shapes/error-shape.ts";

/** A line of a result file is not longer, but for one with a portrait. Bytes. */
export const MAX_TEXT_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 10;

/**
 * The lines of a file while it comes, each as the pieces that it came in; empty ones are left out. What the reader
 * leaves of a line is skipped, so that no line is ever held as a whole here.
 */
export async function* splitLines(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  const reader = body.getReader();
  let chunk = new Uint8Array(0);
  let atEnd = false;

  async function hasMore(): Promise<boolean> {
    while (!atEnd && chunk.byteLength === 0) {
      const { done, value } = await reader.read();
      if (done) atEnd = true;
      else chunk = value as Uint8Array<ArrayBuffer>;
    }
    return !atEnd;
  }

  /** The next piece of the line; undefined after its last. */
  async function nextPiece(): Promise<Uint8Array | undefined> {
    if (!(await hasMore())) return undefined;
    const end = chunk.indexOf(LINE_FEED);
    const piece = end < 0 ? chunk : chunk.subarray(0, end);
    chunk = chunk.subarray(end < 0 ? chunk.byteLength : end);
    return end === 0 ? undefined : piece;
  }

  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let piece = await nextPiece(); piece; piece = await nextPiece()) yield piece;
  }

  try {
    while (await hasMore()) {
      if (chunk[0] === LINE_FEED) chunk = chunk.subarray(1);
      else {
        yield pieces();
        while (await nextPiece()); // what was not read
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A line with text alone, parsed. Throws where it is too long or no JSON. */
export async function readTextLine(pieces: AsyncIterable<Uint8Array>): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.byteLength;
    if (bytes > MAX_TEXT_LINE_BYTES) throw new SyntaxError("the line is too long");
    text += decoder.decode(piece, { stream: true });
  }
  return JSON.parse(text + decoder.decode());
}

/** What a line of a result or error file says of one request. `body`: the answer as the endpoint gives it. */
export type LineResult =
  | { readonly kind: "answer"; readonly id: string; readonly body: unknown }
  | { readonly kind: "failed" | "expired"; readonly id: string; readonly code: ProblemCode };

/** Undefined where it names no request. */
export function parseLine(line: unknown): LineResult | undefined {
  const { custom_id: id, response, error } = asRecord(line);
  if (typeof id !== "string") return undefined;
  const { status_code: status, body } = asRecord(response);
  if (status === 200) return { kind: "answer", id, body };
  if (asRecord(error).code === "batch_expired") return { kind: "expired", id, code: "upstream_timeout" };
  const { code } = asRecord(asRecord(body).error);
  return { kind: "failed", id, code: MODERATION_CODES.has(code) ? "model_refusal" : "upstream_rejected" };
}
