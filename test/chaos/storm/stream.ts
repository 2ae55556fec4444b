import { createParser } from "eventsource-parser";
import { asRecord } from "../../../src/as-record.ts";

/** An event of a stream, whatever it is of. */
export interface Event {
  readonly id: number;
  readonly [member: string]: unknown;
}

/** What is against the contract. */
export class Wrong extends Error {}

export interface Reading {
  /** The last event that was read before. */
  readonly after?: number;
  /** Leaves after so many events. */
  readonly hangUpAfter?: number | undefined;
  /** Told of each event as it comes. */
  readonly onEvent?: (event: Event, streamId: string) => void;
}

/** How the reading ended. `broken`: why, where the connection went. */
export interface ReadEvents {
  readonly events: readonly Event[];
  readonly broken?: string;
}

/** Ids count from the one after the last; only what a death is followed by leaves a gap. */
function checkId({ id, reset, error }: Event, last: number): void {
  const isAfterDeath = reset || asRecord(error).code === "interrupted";
  if (isAfterDeath ? id <= last : id !== last + 1) throw new Wrong(`event ${id} after event ${last}`);
}

/** Reads events until the stream ends, breaks, or as many have come as are wanted. Throws what is `Wrong`. */
export async function readEvents(response: Response, reading: Reading): Promise<ReadEvents> {
  const { after = 0, hangUpAfter = Number.POSITIVE_INFINITY, onEvent = () => {} } = reading;
  const streamId = response.headers.get("X-Stream-Id") ?? "";
  const events: Event[] = [];
  const parser = createParser({
    onEvent({ data }) {
      const event = JSON.parse(data) as Event;
      checkId(event, events.at(-1)?.id ?? after);
      events.push(event);
      onEvent(event, streamId);
    },
  });
  const decoder = new TextDecoder();
  try {
    for await (const part of response.body ?? []) {
      parser.feed(decoder.decode(part, { stream: true }));
      if (events.length >= hangUpAfter) break;
    }
    return { events };
  } catch (error) {
    if (error instanceof Wrong) throw error;
    return { events, broken: String(error) };
  }
}
