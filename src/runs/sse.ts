/** Sent where a stream has been silent; a comment, which every parser skips (WHATWG HTML §9.2.6). */
export const KEEP_ALIVE = ": keep-alive\n\n";

export const SSE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Type": "text/event-stream; charset=utf-8",
  // no-transform: a proxy that compressed the stream would hold words back.
  "Cache-Control": "no-cache, no-transform",
};

/** Any JSON object; its `id` is added when it is sent. */
export type Payload = Readonly<Record<string, unknown>>;

/**
 * One event: one `data:` line and a blank line. JSON has no raw line breaks, so text with CR, LF or `data:`
 * in it arrives as it is. `withIdLine` adds the SSE `id:` that makes `EventSource` resume by itself.
 */
export function frame(id: number, payload: Payload, withIdLine = false): string {
  const data = `data: ${JSON.stringify({ id, ...payload })}\n\n`;
  return withIdLine ? `id: ${id}\n${data}` : data;
}

/** A whole stream at once, ids from 1. */
export function frames(payloads: readonly Payload[]): string {
  return payloads.map((payload, index) => frame(index + 1, payload)).join("");
}
