import type { FinishReason as SdkFinishReason, UIMessageChunk } from "ai";
import type { FinishReason } from "../index.ts";

// An answer has one text.
const id = "answer";

const FINISH_REASONS: Record<FinishReason, SdkFinishReason> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  refusal: "content-filter",
  stopped: "other",
};

export interface Answer {
  readonly words: AsyncIterator<string>;
  /** Known once the words have ended. */
  readonly finishReason: () => FinishReason | undefined;
  /** Told how it ended: undefined where it is whole. */
  readonly onEnd: (error: unknown) => void;
}

/** An answer as the SDK's stream. Nothing comes before the first word, so that a chat is `submitted` until then. */
export function chunkStream({ words, finishReason, onEnd }: Answer): ReadableStream<UIMessageChunk> {
  let begun = false;

  function begin(controller: ReadableStreamDefaultController<UIMessageChunk>): void {
    if (begun) return;
    begun = true;
    controller.enqueue({ type: "start" });
    controller.enqueue({ type: "text-start", id });
  }

  return new ReadableStream<UIMessageChunk>({
    async pull(controller) {
      try {
        const { done, value } = await words.next();
        begin(controller);
        if (!done) return controller.enqueue({ type: "text-delta", id, delta: value });
        const reason = finishReason();
        controller.enqueue({ type: "text-end", id });
        controller.enqueue({ type: "finish", ...(reason && { finishReason: FINISH_REASONS[reason] }) });
        onEnd(undefined);
        controller.close();
      } catch (error) {
        onEnd(error);
        controller.error(error);
      }
    },
    async cancel() {
      await words.return?.();
    },
  });
}
