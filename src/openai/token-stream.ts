import { createParser } from "eventsource-parser";
import { droppedConnection, type ErrorBody, parseStreamError, UpstreamError } from "./failures.ts";
import type { Usage } from "./usage.ts";
import { parseUsage } from "./usage.ts";

/** One event of a stream that is longer than this is not a model's. Characters. */
const MAX_EVENT_CHARS = 256 * 1024;
// After its finish_reason an answer is whole; what may follow is usage. A server that then forgets to close
// the connection does not keep anybody waiting.
const AFTER_FINISH_MS = 2_000;

export interface Completion {
  readonly finishReason: string;
  /** What the model said instead of answering. */
  readonly refusal: string;
  readonly usage: Usage | undefined;
}

export interface TokenStreamOptions {
  /** Called with each piece of text, never with an empty one: all that one read brought is one piece. */
  readonly onText: (text: string) => void;
  /** The same, for what the model says instead of answering. */
  readonly onRefusal?: (text: string) => void;
  /** The longest silence, in milliseconds. */
  readonly idleMs: number;
  /** Ends the reading at once, with its reason. */
  readonly signal: AbortSignal;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly refusal?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: unknown;
  readonly error?: ErrorBody;
}

function parseChunk(data: string): Chunk {
  try {
    return Object(JSON.parse(data)) as Chunk;
  } catch (cause) {
    throw droppedConnection(cause); // half an event: something on the way broke it
  }
}

type Listener = Pick<TokenStreamOptions, "onText" | "onRefusal">;

/** Collects the chunks of one `chat/completions` stream. */
function createCollector({ onText, onRefusal }: Listener) {
  const state = { finishReason: "", refusal: "", usage: undefined as Usage | undefined, done: false };
  let text = "";
  let refusal = "";

  function take(chunk: Chunk): void {
    if (chunk.error) throw parseStreamError(chunk.error);
    if (chunk.usage) state.usage = parseUsage(chunk.usage);
    const choice = chunk.choices?.[0];
    if (choice?.delta?.refusal) refusal += choice.delta.refusal;
    if (choice?.delta?.content) text += choice.delta.content;
    if (choice?.finish_reason) state.finishReason = choice.finish_reason;
  }

  function handOver(): void {
    const [said, declined] = [text, refusal];
    text = refusal = "";
    if (state.refusal.length < MAX_EVENT_CHARS) state.refusal += declined;
    if (said !== "") onText(said);
    if (declined !== "") onRefusal?.(declined);
  }

  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARS,
    onEvent({ data }) {
      if (data === "[DONE]") state.done = true;
      else if (!state.done) take(parseChunk(data));
    },
    onError(error) {
      if (error.type === "max-buffer-size-exceeded") throw droppedConnection(error);
    },
  });

  return {
    state,
    /** What came before a fault was said, and is handed over. */
    feed(piece: string): void {
      try {
        parser.feed(piece);
      } finally {
        handOver();
      }
    },
  };
}

/** Calls `onSilence` once, after `ms` without a `touch`. One timer, however many reads there are. */
function createWatchdog(onSilence: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let deadline = 0;
  function check(): void {
    const left = deadline - Date.now();
    if (left <= 0) onSilence();
    else timer = setTimeout(check, left);
  }
  return {
    touch(ms: number) {
      const sooner = Date.now() + ms < deadline;
      deadline = Date.now() + ms;
      if (sooner) clearTimeout(timer);
      if (sooner || timer === undefined) check();
    },
    stop: () => clearTimeout(timer),
  };
}

/** The body's bytes, until it ends or somebody breaks it off: whatever is waited for then ends with that reason. */
function createByteReader(body: ReadableStream<Uint8Array>, signal: AbortSignal) {
  const reader = body.getReader();
  let broken: { readonly reason: unknown } | undefined;

  function breakOff(reason: unknown): void {
    broken ??= { reason };
    reader.cancel(reason).catch(() => {});
  }
  const onAbort = () => breakOff(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });

  return {
    breakOff,
    /** The next bytes; undefined at the end. */
    async read(): Promise<Uint8Array | undefined> {
      try {
        const { value } = await reader.read();
        if (!broken) return value;
      } catch (error) {
        if (!broken) throw droppedConnection(error);
      }
      throw broken.reason;
    },
    close() {
      signal.removeEventListener("abort", onAbort);
      reader.cancel().catch(() => {});
    },
  };
}

/**
 * Reads one streamed answer to its end. Throws `upstream_incomplete` where the stream ends cleanly without a
 * `finish_reason` (a proxy cut it), `upstream_error` where the connection drops, `upstream_timeout` after
 * `idleMs` of silence, the signal's reason where it is aborted.
 */
export async function readCompletion(
  body: ReadableStream<Uint8Array>,
  { idleMs, signal, ...listener }: TokenStreamOptions,
): Promise<Completion> {
  const { state, feed } = createCollector(listener);
  const reader = createByteReader(body, signal);
  const watchdog = createWatchdog(() => reader.breakOff(new UpstreamError("upstream_timeout")));
  const decoder = new TextDecoder();
  try {
    while (!state.done) {
      watchdog.touch(state.finishReason === "" ? idleMs : Math.min(idleMs, AFTER_FINISH_MS));
      const bytes = await reader.read();
      if (!bytes) break;
      feed(decoder.decode(bytes, { stream: true }));
    }
  } catch (error) {
    // After the finish_reason no fault of the upstream's matters; a stop does, and so does the listener's.
    if (state.finishReason === "" || !(error instanceof UpstreamError)) throw error;
  } finally {
    watchdog.stop();
    reader.close();
  }
  if (state.finishReason === "") throw new UpstreamError("upstream_incomplete", { transient: true });
  return state;
}
