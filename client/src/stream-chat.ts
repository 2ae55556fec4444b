import type { ChatMessage, PersonaReference } from "./api-types.ts";
import { answerText, type ChatRun, type StreamOptions } from "./chat-answer.ts";
import { type ConnectionOptions, createCall, newKey } from "./connection/request.ts";
import { createRetry } from "./connection/retry.ts";
import { CHAT_STREAMS, under } from "./connection/routes.ts";
import { hasCode } from "./problem.ts";

export interface StreamChatOptions extends StreamOptions {
  /** Names this send, so that repeating it is never paid for twice; must be unguessable. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
  readonly persona?: PersonaReference | undefined;
}

/**
 * Sends messages, and gives the answer's text as it is written. Nothing is sent before the first `next()`;
 * leaving the loop early stops the answer. After a `reset` event the text starts anew. Throws `AskNewtonError`,
 * or the signal's reason.
 */
export function streamChat(
  messages: readonly ChatMessage[],
  options: StreamChatOptions = {},
): AsyncIterableIterator<string> {
  const { idempotencyKey = newKey(), persona } = options;
  const call = createCall(options);
  // A page's messages may have members of its own, which the service refuses.
  const body = { messages: messages.map(({ role, content }) => ({ role, content })), persona };
  const send = (path: string, Accept: string, signal: AbortSignal) =>
    call(path, { method: "POST", headers: { Accept, "Idempotency-Key": idempotencyKey }, body, signal });
  return cancellableText({ send, idempotencyKey, cursor: { lastEventId: 0 }, text: "" }, options);
}

/**
 * The text of an answer that was begun before, on another page or before a reload, from its first word.
 * Throws `not_found` where the service knows no such stream any more.
 */
export function resumeChat(streamId: string, options: StreamOptions = {}): AsyncIterableIterator<string> {
  return cancellableText({ cursor: { streamId, lastEventId: 0 }, text: "" }, options);
}

/**
 * Stops an answer, by its stream or, where that is not known yet, by its key. Resolves where there is nothing
 * to stop, too.
 */
export async function stopChat(
  { streamId, idempotencyKey }: { streamId?: string | undefined; idempotencyKey?: string | undefined },
  options: ConnectionOptions & Pick<StreamOptions, "reconnect"> = {},
): Promise<void> {
  const call = createCall(options);
  const path = under(CHAT_STREAMS, streamId);
  const headers = { "Idempotency-Key": streamId ? undefined : idempotencyKey };
  // Whoever stops an answer has gone on to something else by the time that more attempts could matter.
  const retry = createRetry({ reconnect: { ...options.reconnect, attempts: 3 } });
  for (;;) {
    try {
      await call(path, { method: "DELETE", headers, keepalive: true }); // also from a page that is closed
      return;
    } catch (error) {
      if (hasCode(error, "not_found")) return;
      await retry.backOff(error, true);
    }
  }
}

/** A generator that can be left while it waits for the next word; that of the language would wait with it. */
function cancellableText(run: ChatRun, options: StreamOptions): AsyncIterableIterator<string> {
  const { keepRunning, onEvent = () => {} } = options;
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, options.signal ?? left.signal]);

  const stop = () => {
    const { idempotencyKey, cursor } = run;
    stopChat({ streamId: cursor.streamId, idempotencyKey }, options).catch(() => {});
  };

  async function* read(): AsyncGenerator<string, void> {
    signal.throwIfAborted();
    let ended = false;
    try {
      yield* answerText(run, createCall(options), { ...options, onEvent, signal });
      ended = true;
    } finally {
      if (signal.aborted && !ended && !keepRunning) stop();
    }
  }

  const text = read();
  return {
    next: () => text.next(),
    async return() {
      left.abort();
      return await text.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
