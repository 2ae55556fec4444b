import { ConnectionLost } from "./connection-lost.ts";
import type { StreamEvent } from "./event-stream.ts";

/** How far a reader has come in a stream. */
export interface Cursor {
  streamId?: string | undefined;
  /** The id of the last event that was given to the caller; 0 before the first. */
  lastEventId: number;
}

/**
 * The events that come next; moves `cursor`. What was given before is skipped. A gap is a lost connection
 * (`ConnectionLost`): only what ends a stream, or begins it again, may leave one.
 */
export function takeNew(events: readonly StreamEvent[], cursor: Cursor): StreamEvent[] {
  const taken: StreamEvent[] = [];
  for (const event of events) {
    if (event.id <= cursor.lastEventId) continue;
    if (event.id > cursor.lastEventId + 1 && !event.error && !event.reset) {
      if (taken.length === 0) throw new ConnectionLost("malformed");
      break; // these first; the gap is met again with the next read
    }
    cursor.lastEventId = event.id;
    taken.push(event);
  }
  return taken;
}

export function isLast(event: StreamEvent | undefined): boolean {
  return Boolean(event?.done || event?.error);
}
