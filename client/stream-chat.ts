import { answerText, type ChatRun, type StreamOptions } from "./chat-run.ts";
import { createPatience } from "./patience.ts";
import { AskNewtonError } from "./problem.ts";
import { type ConnectionOptions, createCall, newKey } from "./request.ts";
import { CHAT_STREAMS, under } from "./routes.ts";
import type { ChatMessage, PersonaReference } from "./wire.ts";

export interface StreamChatOptions extends StreamOptions {
  /** Names this send, so that repeating it is never paid for twice; must be unguessable. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
  readonly persona?: PersonaReference | undefined;
}

// Whoever stops an answer has gone on to something else by the time this could matter.
const STOP_ATTEMPTS = 3;

/**
 * Sends messages, and gives the answer's text as it is written. Nothing is sent before the first `next()`;
 * leaving the loop early stops the answer. Throws `AskNewtonError`, or the signal's reason.
 */
export function streamChat(
  messages: readonly ChatMessage[],
  options: StreamChatOptions = {},
): AsyncIterableIterator<string> {
  const { idempotencyKey = newKey(), persona } = options;
  // A page's messages may have members of its own, which the service refuses.
  const said = messages.map(({ role, content }) => ({ role, content }));
  return leavable({ body: { messages: said, persona }, idempotencyKey, place: { lastId: 0 } }, options);
}

/**
 * The text of an answer that was begun before, on another page or before a reload, from its first word.
 * Throws `not_found` where the service knows no such stream any more.
 */
export function resumeChat(streamId: string, options: StreamOptions = {}): AsyncIterableIterator<string> {
  return leavable({ place: { streamId, lastId: 0 } }, options);
}

/**
 * Stops an answer, by its stream or, where that is not known yet, by its key. Resolves where there is nothing
 * to stop, too.
 */
export async function stopChat(
  { streamId, idempotencyKey = "" }: { streamId?: string | undefined; idempotencyKey?: string | undefined },
  options: ConnectionOptions & Pick<StreamOptions, "reconnect"> = {},
): Promise<void> {
  const call = createCall(options);
  const path = under(CHAT_STREAMS, streamId);
  const headers: Record<string, string> = streamId ? {} : { "Idempotency-Key": idempotencyKey };
  const patience = createPatience({ reconnect: { ...options.reconnect, attempts: STOP_ATTEMPTS } });
  for (;;) {
    try {
      await call(path, { method: "DELETE", headers, keepalive: true }); // also from a page that is closed
      return;
    } catch (error) {
      if (error instanceof AskNewtonError && error.code === "not_found") return;
      await patience.survive(error, true);
    }
  }
}

/** A generator that can be left while it waits for the next word; that of the language would wait with it. */
function leavable(run: ChatRun, options: StreamOptions): AsyncIterableIterator<string> {
  const { signal, keepRunning, onEvent = () => {} } = options;
  const own = new AbortController();
  const abort = () => own.abort(signal?.reason);
  const stop = () => {
    const { idempotencyKey, place } = run;
    stopChat({ streamId: place.streamId, idempotencyKey }, options).catch(() => {});
  };

  async function* read(): AsyncGenerator<string, void> {
    signal?.throwIfAborted();
    signal?.addEventListener("abort", abort);
    let left = true;
    try {
      yield* answerText(run, createCall(options), { ...options, onEvent, signal: own.signal });
      left = false;
    } catch (error) {
      left = own.signal.aborted;
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      if (left && !keepRunning) stop();
    }
  }

  const words = read();
  return {
    next: () => words.next(),
    async return() {
      own.abort();
      return await words.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
