import type { Entry, EventLog } from "./event-log.ts";
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

// A person cannot see 25 ms, and each write costs as much as parsing several tokens: what comes meanwhile
// goes together. The first event of a burst goes at once.
const WRITE_GAP_MS = 25;
// Bounds what one reader holds beyond the log: a slow one gets the rest of a long answer piece by piece.
const MAX_EVENTS_A_WRITE = 512;

const encoder = new TextEncoder();

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** True where the log changed, false after `ms` of silence. */
async function changedWithin(log: EventLog, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const change = log.changed().then(() => true);
  try {
    return await Promise.race([change, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function encode(entries: readonly Entry[], { idLines, render }: FollowOptions): Uint8Array {
  let text = "";
  for (const { id, payload } of entries) text += frame(id, render ? render(payload) : payload, idLines);
  return encoder.encode(text);
}

async function pump(
  log: EventLog,
  writer: WritableStreamDefaultWriter,
  options: FollowOptions,
): Promise<void> {
  let cursor = options.after;
  let lastWrite = 0;
  if (options.comment) await writer.write(encoder.encode(KEEP_ALIVE));
  for (;;) {
    const wait = lastWrite + WRITE_GAP_MS - Date.now();
    if (wait > 0 && !log.closed) await pause(wait);
    const entries = log.since(cursor, MAX_EVENTS_A_WRITE);
    const last = entries.at(-1);
    if (last) {
      cursor = last.id;
      lastWrite = Date.now();
      options.onSent?.(cursor);
      await writer.write(encode(entries, options));
    } else if (log.closed) {
      return;
    } else if (!(await changedWithin(log, options.heartbeatMs))) {
      await writer.write(encoder.encode(KEEP_ALIVE));
    }
  }
}

/**
 * The SSE bytes of a log for one reader: what is there after `after`, then what comes, until the log is
 * closed. Each reader is a cursor into the log, so a slow one holds back nobody and nothing is queued for it.
 */
export function follow(log: EventLog, options: FollowOptions): ReadableStream<Uint8Array> {
  const { readable, writable } = new IdentityTransformStream(); // native: bytes pass without JavaScript
  const writer = writable.getWriter();
  pump(log, writer, options)
    .then(() => writer.close())
    .catch(() => {}); // a reader that has gone rejects its own writes; nobody else is concerned
  return readable;
}
