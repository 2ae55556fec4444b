import { type Connection, openConnection } from "./connection.ts";
import { type ConnectionEvent, lossReason, openEvent } from "./connection-events.ts";
import { canReadStreams, readEvents, type StreamEvent, streamBody } from "./event-stream.ts";
import { createPatience, type ReconnectOptions } from "./patience.ts";
import { isLast, type Place, takeNew } from "./place.ts";
import { AskNewtonError, Lost, streamLost } from "./problem.ts";

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: ConnectionEvent) => void;
  readonly heartbeatMs?: number | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
}

export interface Feed {
  /** Missing where another page began. */
  readonly begin?: ((signal: AbortSignal) => Promise<Response>) | undefined;
  readonly resume: (streamId: string, after: number, signal: AbortSignal) => Promise<Response>;
  /** Whether beginning again may take back events that were given. */
  readonly restartable: boolean;
}

/** The service's `SSE_HEARTBEAT_MS`. */
export const HEARTBEAT_MS = 15_000;
// One heartbeat may be late, two in a row are not.
const SILENT_HEARTBEATS = 2.5;
const NO_CONTENT = 204;
const RESET: StreamEvent = { id: 0, reset: true };

/** Begins, perhaps again; throws where that cannot be, or would take words back. */
function begin({ begin, restartable }: Feed, { lastId }: Place, signal: AbortSignal): Promise<Response> {
  if (!begin || (lastId > 0 && !restartable)) throw streamLost();
  return begin(signal);
}

async function resume(feed: Feed, place: Place, streamId: string, signal: AbortSignal): Promise<Response> {
  try {
    const response = await feed.resume(streamId, place.lastId, signal);
    if (response.status !== NO_CONTENT) return response;
  } catch (error) {
    if (!feed.begin || !(error instanceof AskNewtonError) || error.code !== "not_found") throw error;
  }
  place.streamId = undefined; // over, and its end was not seen
  throw new Lost("cut");
}

interface Opened {
  readonly body: ReadableStream<Uint8Array>;
  readonly event: ConnectionEvent;
  /** It begins again, and takes back what was given. */
  readonly restarted: boolean;
}

/** Opens the stream where the last connection left it, or from its beginning. */
async function open(feed: Feed, place: Place, { signal, within }: Connection): Promise<Opened> {
  const { streamId, lastId: lastEventId } = place;
  if (streamId) {
    const body = streamBody(await within(resume(feed, place, streamId, signal)));
    return { body, event: { type: "resumed", streamId, lastEventId }, restarted: false };
  }
  const response = await within(begin(feed, place, signal));
  const body = streamBody(response);
  const event = openEvent(response);
  Object.assign(place, { streamId: event.streamId, lastId: 0 });
  return { body, event, restarted: lastEventId > 0 };
}

/**
 * The events of one run to its last, each once and in order, through as many connections as it takes. Returns
 * where no stream gets through, so that the whole answer has to be asked for. Throws what the service refuses
 * with, `stream_lost`, or `network` after too many tries that brought nothing.
 */
export async function* follow(
  feed: Feed,
  place: Place,
  options: FollowOptions,
): AsyncGenerator<StreamEvent[], void> {
  const { signal, onEvent, heartbeatMs = HEARTBEAT_MS } = options;
  const patience = createPatience(options);
  const watch = { signal, silenceMs: heartbeatMs * SILENT_HEARTBEATS, doubtMs: heartbeatMs };
  let opened = false;
  let muteLeft = 1; // connections in a row that may bring no byte: one, or two where any ever did

  async function* connect(): AsyncGenerator<StreamEvent[], void> {
    const connection = openConnection(watch);
    try {
      const { body, event, restarted } = await open(feed, place, connection);
      if (event.type === "resumed" || !opened) onEvent(event);
      opened = true;
      if (restarted) yield [RESET];
      for await (const events of readEvents(body, connection)) {
        muteLeft = 2;
        const taken = takeNew(events, place);
        if (taken.length > 0) patience.reset();
        yield taken;
        if (isLast(taken.at(-1))) return;
      }
      throw new Lost("cut");
    } finally {
      connection.close();
    }
  }

  while (canReadStreams() && muteLeft > 0) {
    try {
      return yield* connect();
    } catch (error) {
      if (/silent|unreadable/.test(lossReason(error))) muteLeft -= 1;
      if (muteLeft > 0) await patience.survive(error, place.streamId !== undefined);
    }
  }
}
