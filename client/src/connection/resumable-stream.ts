import { hasCode, streamLost } from "../problem.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type ConnectionEvent, lossReason, openEvent } from "./connection-events.ts";
import { ConnectionLost } from "./connection-lost.ts";
import { type Cursor, isLast, takeNew } from "./cursor.ts";
import { canReadStreams, readEvents, type StreamEvent, streamBody } from "./event-stream.ts";
import { createRetry, type ReconnectOptions } from "./retry.ts";

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectionEvent) => void;
  readonly heartbeatMs?: number | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
}

export interface StreamSource {
  /** Missing where another page began. */
  readonly begin?: ((signal: AbortSignal) => Promise<Response>) | undefined;
  readonly resume: (streamId: string, lastEventId: number, signal: AbortSignal) => Promise<Response>;
  /** Whether beginning again may take back events that were given. */
  readonly restartable?: boolean;
}

async function resume(source: StreamSource, cursor: Cursor, streamId: string, signal: AbortSignal) {
  try {
    const response = await source.resume(streamId, cursor.lastEventId, signal);
    if (response.status !== 204) return response;
  } catch (error) {
    if (!source.begin || !hasCode(error, "not_found")) throw error;
  }
  cursor.streamId = undefined; // over, and its end was not seen
  throw new ConnectionLost("cut");
}

/**
 * Opens the stream where the last connection left it, or from its beginning; throws `stream_lost` where that
 * cannot be, or would take words back.
 */
async function open(source: StreamSource, cursor: Cursor, { signal, within }: Connection) {
  const { streamId, lastEventId } = cursor;
  if (streamId) {
    const body = streamBody(await within(resume(source, cursor, streamId, signal)));
    return { body, event: { type: "resumed", streamId, lastEventId } as const };
  }
  if (!source.begin || (lastEventId > 0 && !source.restartable)) throw streamLost();
  const response = await within(source.begin(signal));
  const body = streamBody(response);
  const event = openEvent(response);
  cursor.streamId = event.streamId;
  cursor.lastEventId = 0;
  return { body, event };
}

/**
 * The events of one run to its last, each once and in order, through as many connections as it takes. Returns
 * where no stream gets through, so that the whole answer has to be asked for. Throws what the service refuses
 * with, `stream_lost`, or `network` after too many attempts that brought nothing.
 */
export async function* readResumable(
  source: StreamSource,
  cursor: Cursor,
  options: ReadOptions,
): AsyncGenerator<StreamEvent[], void> {
  const retry = createRetry(options);
  let opened = false;
  let silentLeft = 1; // connections in a row that may bring no byte: one, or two where any ever did

  async function* connect(): AsyncGenerator<StreamEvent[], void> {
    const connection = openConnection(options);
    const { lastEventId } = cursor;
    try {
      const { body, event } = await open(source, cursor, connection);
      if (event.type === "resumed" || !opened) options.onEvent(event);
      opened = true;
      if (cursor.lastEventId < lastEventId) yield [{ id: 0, reset: true }];
      for await (const events of readEvents(body, connection)) {
        silentLeft = 2;
        const taken = takeNew(events, cursor);
        if (taken.length > 0) retry.reset();
        yield taken;
        if (isLast(taken.at(-1))) return;
      }
      throw new ConnectionLost("cut");
    } finally {
      connection.close();
    }
  }

  while (canReadStreams() && silentLeft > 0) {
    try {
      return yield* connect();
    } catch (error) {
      if (/silent|unreadable/.test(lossReason(error))) silentLeft -= 1;
      if (silentLeft > 0) await retry.backOff(error, cursor.streamId !== undefined);
    }
  }
}
