import { createParser } from "eventsource-parser";
import type { Connection } from "./connection.ts";
import { ConnectionLost } from "./connection-lost.ts";

export const EVENT_STREAM = "text/event-stream";

/** What every event of a stream has. */
export interface StreamEvent {
  readonly id: number;
  readonly [member: string]: unknown;
}

// Far beyond any event of the service; what has no end is not one of its streams.
const MAX_EVENT_CHARS = 1_000_000;

export function canReadStreams(): boolean {
  return typeof ReadableStream === "function";
}

/** The body of a stream's answer. Throws `ConnectionLost` where it is none, or cannot be read bit by bit. */
export function streamBody({ body, headers }: Response): ReadableStream<Uint8Array> {
  const type = headers.get("Content-Type") ?? "";
  if (body && type.startsWith(EVENT_STREAM)) return body;
  throw new ConnectionLost("unreadable");
}

/**
 * The events of a body (WHATWG HTML §9.2.6), in a list for each read: an empty one for a comment or a part
 * of an event. An event that was cut off is dropped, what is not the service's is skipped. Ends with the body;
 * throws `ConnectionLost` where that breaks, stays silent or makes no sense.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  connection: Connection,
): AsyncGenerator<StreamEvent[], void> {
  const reader = body.getReader();
  const decoder = new TextDecoder("utf8", { ignoreBOM: true }); // the parser takes one off
  let events: StreamEvent[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent({ data }) {
      const event: StreamEvent | null = JSON.parse(data.trim() || "0");
      if (typeof event?.id === "number") events.push(event);
    },
  });
  const parse = (bytes: Uint8Array) => {
    try {
      parser.feed(decoder.decode(bytes, { stream: true }));
    } catch (error) {
      throw new ConnectionLost("malformed", error);
    }
  };
  const cut = (error: unknown) => {
    throw new ConnectionLost("cut", error);
  };
  try {
    for (;;) {
      const { value } = await connection.within(reader.read().catch(cut));
      if (!value) return;
      parse(value);
      yield events;
      events = [];
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
