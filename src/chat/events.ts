import { type TokenCounts, tokenCounts } from "../openai/shapes/usage.ts";
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
  /** How many messages did not go to the model; absent where all did. */
  readonly droppedMessages?: number;
}

/** A piece of the answer. */
export const contentEvent = (content: string): Payload => ({ content });

/** The event that ends a whole answer. */
export function doneEvent({ usage, ...end }: Omit<AnswerMessage, "content">): Payload {
  return { done: true, ...end, usage: tokenCounts(usage) };
}

/** The answer begins again: the text so far is void. */
export const RESET = { reset: true } as const;

/** The answer that a run's events tell; undefined where they do not end in `done`. */
export function readAnswer(entries: readonly Entry[]): AnswerMessage | undefined {
  const last = entries.at(-1)?.payload;
  if (!last?.done) return undefined;
  const { done: _, ...end } = last as unknown as AnswerMessage & { done: true };
  const begin = entries.findLastIndex(({ payload }) => payload.reset) + 1;
  const content = entries.slice(begin).map(({ payload }) => payload.content ?? "");
  return { ...end, content: content.join("") };
}
