import type { UIMessageChunk } from "ai";
import { AskNewtonError, type FinishReason, type StreamChatEvent, type StreamOptions } from "../index.ts";
import { chunkStream } from "./chunks.ts";
import type { Unfinished } from "./unfinished.ts";

export interface AnswerOptions {
  readonly chatId: string;
  readonly options: StreamOptions;
  readonly unfinished: Unfinished;
  /** Opens the answer with the options it is given, which listen to it. */
  readonly open: (options: StreamOptions) => AsyncIterator<string>;
  /** Told when its end was seen, or it failed for good. */
  readonly onEnd?: () => void;
}

export interface OpenedAnswer {
  readonly stream: ReadableStream<UIMessageChunk>;
  /** Resolves when the service has answered, rejects where it refused. */
  readonly opened: Promise<unknown>;
}

/** Begins at once, and keeps the first word for whoever asks. */
function eager(words: AsyncIterator<string>) {
  const first = words.next();
  let given = false;
  const next = () => {
    if (given) return words.next();
    given = true;
    return first;
  };
  return {
    first,
    words: { next, return: async () => (await words.return?.()) ?? { done: true, value: "" } },
  };
}

/** Whether the answer may still be there to take up: its connection is gone, by choice or not. */
function isOpenEnd(error: unknown): boolean {
  return error instanceof AskNewtonError ? error.code === "network" : error !== undefined;
}

/** An answer as the SDK's stream, remembered as unfinished until its end was seen. */
export function openAnswer({ chatId, options, unfinished, open, onEnd }: AnswerOptions): OpenedAnswer {
  let finishReason: FinishReason | undefined;
  let tell = () => {};
  const heard = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const onEvent = (event: StreamChatEvent) => {
    if (event.type === "done") finishReason = event.finishReason;
    if (event.type === "open" || event.type === "resumed") {
      if (event.streamId) unfinished.remember(chatId, event.streamId);
      tell();
    }
    options.onEvent?.(event);
  };
  const { first, words } = eager(open({ ...options, onEvent }));
  const opened = Promise.race([heard, first]);
  opened.catch(() => {}); // the stream tells of it
  const stream = chunkStream({
    words,
    finishReason: () => finishReason,
    onEnd(error) {
      if (isOpenEnd(error)) return;
      unfinished.forget(chatId);
      onEnd?.();
    },
  });
  return { stream, opened };
}
