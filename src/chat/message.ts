import { type TokenCounts, tokenCounts } from "../openai/usage.ts";
import type { Entry } from "../runs/event-log.ts";
import type { Payload } from "../runs/sse.ts";
import type { FinishReason } from "./schema.ts";

/** What a whole answer says. */
export interface AnswerMessage {
  readonly content: string;
  readonly finishReason: FinishReason;
  readonly usage: TokenCounts;
  /** The one that answered. */
  readonly model: string;
}

/** The event that ends a whole answer. */
export function doneEvent({ finishReason, usage, model }: Omit<AnswerMessage, "content">): Payload {
  return { done: true, finishReason, usage: tokenCounts(usage), model };
}

/** The answer that a run's events tell; undefined where they do not end in `done`. */
export function readAnswer(entries: readonly Entry[]): AnswerMessage | undefined {
  const last = entries.at(-1)?.payload;
  if (!last?.done) return undefined;
  const { finishReason, usage, model } = last as unknown as AnswerMessage;
  const content = entries.map(({ payload }) => payload.content ?? "").join("");
  return { content, finishReason, usage, model };
}
