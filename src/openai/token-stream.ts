import { createParser } from "eventsource-parser";
import { droppedConnection, type ErrorBody, faultInStream, UpstreamFault } from "./failures.ts";
import type { Usage } from "./usage.ts";
import { usageOf } from "./usage.ts";

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
  /** Called with each piece of text, never with an empty one. May throw, which ends the reading. */
  readonly onText: (text: string) => void;
  /** The longest silence, in milliseconds. */
  readonly idleMs: number;
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null; readonly refusal?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: unknown;
  readonly error?: ErrorBody;
}

/** Collects the chunks of one `chat/completions` stream. */
function createCollector(onText: (text: string) => void) {
  const state = { finishReason: "", refusal: "", usage: undefined as Usage | undefined, done: false };

  function take(chunk: Chunk): void {
    if (chunk.error) throw faultInStream(chunk.error);
    if (chunk.usage) state.usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (choice?.delta?.refusal) state.refusal += choice.delta.refusal;
    if (choice?.delta?.content) onText(choice.delta.content);
    if (choice?.finish_reason) state.finishReason = choice.finish_reason;
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
  return { state, feed: (text: string) => parser.feed(text) };
}

function parseChunk(data: string): Chunk {
  try {
    return Object(JSON.parse(data)) as Chunk;
  } catch (cause) {
    throw droppedConnection(cause); // half an event: something on the way broke it
  }
}

/** Rejects `expired` after `ms` without a `touch`. One timer, however many reads there are. */
function createWatchdog() {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  let deadline = 0;
  function check(): void {
    const left = deadline - Date.now();
    if (left <= 0) reject(new UpstreamFault("upstream_timeout"));
    else timer = setTimeout(check, left);
  }
  return {
    expired,
    touch(ms: number) {
      const sooner = Date.now() + ms < deadline;
      deadline = Date.now() + ms;
      if (sooner) clearTimeout(timer);
      if (sooner || timer === undefined) check();
    },
    stop: () => clearTimeout(timer),
  };
}

function asFault(error: unknown): never {
  throw error instanceof UpstreamFault ? error : droppedConnection(error);
}

/**
 * Reads one streamed answer to its end. Throws `upstream_incomplete` where the stream ends cleanly without a
 * `finish_reason` (a proxy cut it), `upstream_error` where the connection drops, `upstream_timeout` after
 * `idleMs` of silence.
 */
export async function readCompletion(
  body: ReadableStream<Uint8Array>,
  { onText, idleMs }: TokenStreamOptions,
): Promise<Completion> {
  const { state, feed } = createCollector(onText);
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const watchdog = createWatchdog();
  try {
    while (!state.done) {
      watchdog.touch(state.finishReason === "" ? idleMs : Math.min(idleMs, AFTER_FINISH_MS));
      const { done, value } = await Promise.race([reader.read(), watchdog.expired]).catch(asFault);
      if (done) break;
      feed(decoder.decode(value, { stream: true }));
    }
  } catch (error) {
    if (state.finishReason === "") throw error;
  } finally {
    watchdog.stop();
    reader.cancel().catch(() => {});
  }
  if (state.finishReason === "") throw new UpstreamFault("upstream_incomplete", { transient: true });
  return state;
}
