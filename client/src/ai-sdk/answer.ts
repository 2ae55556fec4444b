import { AskNewtonError, type FinishReason, type StreamChatEvent, type StreamOptions } from "../index.ts";
import type { ActiveStreams } from "./active-streams.ts";
import { chunkStream } from "./chunks.ts";

export interface AnswerOptions {
  readonly chatId: string;
  readonly options: StreamOptions;
  readonly activeStreams: ActiveStreams;
  /** Opens the answer with the options it is given, which listen to it. */
  readonly open: (options: StreamOptions) => AsyncIterator<string>;
  /** Called when its end was seen, or it failed for good. */
  readonly onEnd?: () => void;
}

/** Begins at once, and keeps the first text for whoever reads. */
function eager(text: AsyncIterator<string>) {
  const first = text.next();
  let given = false;
  const next = () => {
    if (given) return text.next();
    given = true;
    return first;
  };
  const cancel = async () => (await text.return?.()) ?? { done: true as const, value: "" };
  return { first, text: { next, return: cancel } };
}

/** Whether the answer may still be there to resume: its connection is gone, by choice or not. */
function isResumable(error: unknown): boolean {
  return error instanceof AskNewtonError ? error.code === "network" : error !== undefined;
}

/**
 * An answer as the SDK's stream, kept as the chat's active one until its end was seen. `opened` resolves when the
 * service has answered, and rejects where it refused.
 */
export function openAnswer({ chatId, options, activeStreams, open, onEnd }: AnswerOptions) {
  let finishReason: FinishReason | undefined;
  let resets = 0;
  let resolve = () => {};
  const answered = new Promise<void>((done) => {
    resolve = done;
  });
  const onEvent = (event: StreamChatEvent) => {
    if (event.type === "done") finishReason = event.finishReason;
    if (event.type === "reset") resets += 1;
    if (event.type === "open" || event.type === "resumed") {
      if (event.streamId) activeStreams.set(chatId, event.streamId);
      resolve();
    }
    options.onEvent?.(event);
  };
  const { first, text } = eager(open({ ...options, onEvent }));
  const opened = Promise.race([answered, first]);
  opened.catch(() => {}); // the stream has it, too
  const stream = chunkStream({
    text,
    resets: () => resets,
    finishReason: () => finishReason,
    onEnd(error) {
      if (isResumable(error)) return;
      activeStreams.delete(chatId);
      onEnd?.();
    },
  });
  return { stream, opened };
}
