import {
  type AnswerListener,
  type Completion,
  createAnswerReader,
  createCollector,
} from "./answer-reader.ts";
import { droppedConnection, UpstreamError } from "./failures.ts";

// After its finish_reason an answer is whole; what may follow is usage. A server that then forgets to close
// the connection does not keep anybody waiting.
const AFTER_FINISH_MS = 2_000;

export interface TokenStreamOptions extends AnswerListener {
  /** The longest silence, in milliseconds. */
  readonly idleMs: number;
  /** Ends the reading at once, with its reason. */
  readonly signal: AbortSignal;
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
 * Reads one answer to its end: a stream, or the JSON body that some servers send all the same. Throws
 * `upstream_incomplete` where it ends cleanly without a `finish_reason` (a proxy cut it), `upstream_error` where
 * the connection drops or the answer says that it failed (or what such an error names), `upstream_timeout` after
 * `idleMs` without data, the signal's reason where it is aborted.
 */
export async function readCompletion(
  body: ReadableStream<Uint8Array>,
  { idleMs, signal, ...listener }: TokenStreamOptions,
): Promise<Completion> {
  const collector = createCollector(listener);
  const { state } = collector;
  const answer = createAnswerReader(collector);
  const reader = createByteReader(body, signal);
  const watchdog = createWatchdog(() => reader.breakOff(new UpstreamError("upstream_timeout")));
  const decoder = new TextDecoder();
  try {
    watchdog.touch(idleMs);
    while (!state.done) {
      const bytes = await reader.read();
      if (!bytes) break;
      const brought = answer.feed(decoder.decode(bytes, { stream: true }));
      if (brought && !state.done)
        watchdog.touch(state.finishReason === "" ? idleMs : Math.min(idleMs, AFTER_FINISH_MS));
    }
    answer.end();
  } catch (error) {
    // After the finish_reason no error of the upstream's matters; a stop does, and so does the listener's.
    if (state.finishReason === "" || !(error instanceof UpstreamError)) throw error;
  } finally {
    watchdog.stop();
    reader.close();
  }
  if (state.finishReason === "") throw new UpstreamError("upstream_incomplete", { transient: true });
  return collector.end();
}
