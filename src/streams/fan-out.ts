import { describeError, log as logLine } from "../log.ts";
import type { EventLog } from "./event-log.ts";
import { frame, KEEP_ALIVE, type Payload } from "./sse.ts";

export interface FollowOptions {
  /** Events up to this id are not sent. */
  readonly after: number;
  /** Whether each event carries an SSE `id:` line. */
  readonly idLines: boolean;
  /** The longest silence, in milliseconds. */
  readonly heartbeatMs: number;
  /** Begin with a comment, because the reader has already waited long. */
  readonly comment?: boolean;
  /** What a reader sees of an event, where that depends on the reader. */
  readonly render?: (payload: Payload) => Payload;
  /** Told the highest id handed over to the reader's connection. */
  readonly onSent?: (id: number) => void;
}

// Bound what one reader holds beyond the log: a slow one gets the rest of a long answer piece by piece.
const MAX_EVENTS_A_WRITE = 512;
const MAX_CHARS_A_WRITE = 64 * 1024;

const encoder = new TextEncoder();

/**
 * One reader's connection: a comment goes out whenever it has been silent for `heartbeatMs`. One timer for
 * many events, since a timer for each would cost as much as they do. A reader that does not read is never
 * given a second comment.
 */
function createConnection(writable: WritableStream<Uint8Array>, heartbeatMs: number) {
  const writer = writable.getWriter();
  let lastWrite = Date.now();
  let writing = false;
  let timer = setTimeout(beat, heartbeatMs);

  async function write(text: string): Promise<void> {
    writing = true;
    await writer.write(encoder.encode(text));
    writing = false;
    lastWrite = Date.now();
  }

  function beat(): void {
    const left = lastWrite + heartbeatMs - Date.now();
    if (left <= 0 && !writing) write(KEEP_ALIVE).catch(stop);
    timer = setTimeout(beat, left > 0 ? left : heartbeatMs);
  }

  function stop(): void {
    clearTimeout(timer);
  }

  return {
    write,
    stop,
    close: () => writer.close(),
    abort: (why: unknown) => writer.abort(why).catch(() => {}),
  };
}

interface Batch {
  readonly text: string;
  readonly lastId: number;
}

/** Throws, and says so in the log, where an event cannot be shown: that ends the reader's stream. */
function showBatch(log: EventLog, cursor: number, options: FollowOptions): Batch | undefined {
  try {
    return nextBatch(log, cursor, options);
  } catch (error) {
    logLine.error("reader.failed", describeError(error));
    throw error;
  }
}

function nextBatch(log: EventLog, cursor: number, { idLines, render }: FollowOptions): Batch | undefined {
  let text = "";
  let lastId = cursor;
  for (const { id, payload } of log.since(cursor, MAX_EVENTS_A_WRITE)) {
    text += frame(id, render ? render(payload) : payload, idLines);
    lastId = id;
    if (text.length >= MAX_CHARS_A_WRITE) break;
  }
  return lastId === cursor ? undefined : { text, lastId };
}

async function pump(
  log: EventLog,
  writable: WritableStream<Uint8Array>,
  options: FollowOptions,
): Promise<void> {
  const connection = createConnection(writable, options.heartbeatMs);
  let cursor = options.after;
  try {
    if (options.comment) await connection.write(KEEP_ALIVE);
    for (;;) {
      const batch = showBatch(log, cursor, options);
      if (batch) {
        cursor = batch.lastId;
        options.onSent?.(cursor);
        await connection.write(batch.text);
      } else if (log.closed) {
        return await connection.close();
      } else {
        await log.changed();
      }
    }
  } catch (error) {
    connection.abort(error);
    throw error;
  } finally {
    connection.stop();
  }
}

/**
 * The SSE bytes of a log for one reader: what is there after `after`, then what comes, until the log is
 * closed. Each reader is a cursor into the log, so a slow one holds back nobody and nothing is queued for it.
 */
export function follow(log: EventLog, options: FollowOptions): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream(); // native: bytes pass without JavaScript
  // A reader that has gone rejects its own writes; nobody else is concerned.
  pump(log, writable, options).catch(() => {});
  return readable;
}
