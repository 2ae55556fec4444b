import { describeError, log as logLine } from "../log.ts";
import type { EventLog } from "./event-log.ts";
import { frame, KEEP_ALIVE, type Payload } from "./sse.ts";

export interface SseReaderOptions {
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
  let timer = setTimeout(heartbeat, heartbeatMs);

  function written(): void {
    writing = false;
    lastWrite = Date.now();
  }

  function write(text: string): Promise<void> {
    writing = true;
    return writer.write(encoder.encode(text)).then(written);
  }

  function heartbeat(): void {
    const left = lastWrite + heartbeatMs - Date.now();
    if (left <= 0 && !writing) write(KEEP_ALIVE).catch(stop);
    timer = setTimeout(heartbeat, left > 0 ? left : heartbeatMs);
  }

  function stop(): void {
    clearTimeout(timer);
  }

  return {
    write,
    stop,
    close: () => void writer.close().catch(() => {}),
    abort: (why: unknown) => void writer.abort(why).catch(() => {}),
  };
}

interface Batch {
  readonly text: string;
  readonly lastId: number;
}

function nextBatch(log: EventLog, cursor: number, { idLines, render }: SseReaderOptions): Batch | undefined {
  let text = "";
  let lastId = cursor;
  for (const { id, payload } of log.since(cursor, MAX_EVENTS_A_WRITE)) {
    text += frame(id, render ? render(payload) : payload, idLines);
    lastId = id;
    if (text.length >= MAX_CHARS_A_WRITE) break;
  }
  return lastId === cursor ? undefined : { text, lastId };
}

/**
 * The SSE bytes of a log for one reader: what is there after `after`, then what comes, until the log is
 * closed. Each reader is a cursor into the log, so a slow one holds back nobody and nothing is queued for it.
 */
export function createSseReader(log: EventLog, options: SseReaderOptions): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream(); // native: bytes pass without JavaScript
  const connection = createConnection(writable, options.heartbeatMs);
  let cursor = options.after;
  let busy = false;

  /** Called at each event: a promise in between would cost as much as the write. */
  function pump(): void {
    if (busy) return;
    const batch = show();
    if (batch) {
      cursor = batch.lastId;
      options.onSent?.(cursor);
      send(batch.text);
    } else if (log.closed && !busy) {
      leave();
      connection.close();
    }
  }

  /** Where an event cannot be shown, the reader's stream ends broken rather than with a hole in it. */
  function show(): Batch | undefined {
    try {
      return nextBatch(log, cursor, options);
    } catch (error) {
      logLine.error("reader.failed", describeError(error));
      busy = true;
      leave();
      connection.abort(error);
      return undefined;
    }
  }

  function send(text: string): void {
    busy = true;
    connection.write(text).then(() => {
      busy = false;
      pump();
    }, leave);
  }

  /** A reader that has gone rejects its own writes; nobody else is concerned. */
  function leave(): void {
    connection.stop();
    unsubscribe();
  }

  const unsubscribe = log.subscribe(pump);
  if (options.comment) send(KEEP_ALIVE);
  else pump();
  return readable;
}
