import type { StreamEvent } from "./event-stream.ts";
import { Lost } from "./problem.ts";

/** How far a reader has come in a stream. */
export interface Place {
  streamId?: string | undefined;
  /** Of the last event that was given. */
  lastId: number;
}

/**
 * The events that come next; moves `place`. What was given before is skipped. A gap is a loss (`Lost`): only
 * what ends a stream, or begins it again, may leave one.
 */
export function takeNew(events: readonly StreamEvent[], place: Place): StreamEvent[] {
  const taken: StreamEvent[] = [];
  for (const event of events) {
    if (event.id <= place.lastId) continue;
    if (event.id > place.lastId + 1 && !event.error && !event.reset) {
      if (taken.length === 0) throw new Lost("garbled");
      break; // these first; the gap is met again with the next read
    }
    place.lastId = event.id;
    taken.push(event);
  }
  return taken;
}

export function isLast(event: StreamEvent | undefined): boolean {
  return Boolean(event?.done || event?.error);
}
