import type { FinishReason as SdkFinishReason, UIMessageChunk } from "ai";
import type { FinishReason } from "../index.ts";

const FINISH_REASONS: Record<FinishReason, SdkFinishReason> = {
  stop: "stop",
  length: "length",
  content_filter: "content-filter",
  refusal: "content-filter",
  stopped: "other",
};

export interface AnswerText {
  readonly text: AsyncIterator<string>;
  /** How often the answer has begun again so far. */
  readonly resets: () => number;
  /** Known once the text has ended. */
  readonly finishReason: () => FinishReason | undefined;
  /** Called when it has ended, with undefined where it is whole. */
  readonly onEnd: (error: unknown) => void;
}

/**
 * An answer as the SDK's stream. Nothing comes before the first text, so that a chat is `submitted` until then.
 * Where the answer begins again its text part is taken back (`reset-step`), and a new one begins.
 */
export function chunkStream({ text, resets, finishReason, onEnd }: AnswerText) {
  /** Of the part that is open; no two of one answer have the same. */
  let id: string | undefined;

  function openPart(controller: ReadableStreamDefaultController<UIMessageChunk>): string {
    const current = `answer-${resets()}`;
    if (id === current) return id;
    controller.enqueue({ type: id === undefined ? "start" : "reset-step" });
    controller.enqueue({ type: "text-start", id: current });
    id = current;
    return id;
  }

  return new ReadableStream<UIMessageChunk>({
    async pull(controller) {
      try {
        const { done, value } = await text.next();
        const part = openPart(controller);
        if (!done) return controller.enqueue({ type: "text-delta", id: part, delta: value });
        controller.enqueue({ type: "text-end", id: part });
        const reason = finishReason();
        controller.enqueue(
          reason ? { type: "finish", finishReason: FINISH_REASONS[reason] } : { type: "finish" },
        );
        onEnd(undefined);
        controller.close();
      } catch (error) {
        onEnd(error);
        controller.error(error);
      }
    },
    async cancel() {
      await text.return?.();
    },
  });
}
