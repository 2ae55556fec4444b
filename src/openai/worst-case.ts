import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import type { Prices } from "../config/prices.ts";
import { maxImageTokens } from "./image-tokens.ts";
import { worstCaseUsd } from "./shapes/usage.ts";
import { maxInputTokens, maxTokens } from "./token-bound.ts";

/** The most that a text call can cost, in US dollars. `maxOutputTokens`: where the body has no limit of its own. */
export function textWorstCaseUsd(prices: Prices, body: ChatBody, maxOutputTokens: number): number {
  const limit = body.max_completion_tokens ?? body.max_tokens ?? maxOutputTokens;
  return worstCaseUsd(prices, body.model, maxInputTokens(body), limit);
}

interface Image {
  readonly model: string;
  readonly prompt: string;
  readonly size: string;
  readonly quality: string;
}

/** The same for an image. */
export function imageWorstCaseUsd(prices: Prices, { model, prompt, size, quality }: Image): number {
  return worstCaseUsd(prices, model, maxTokens(prompt), maxImageTokens(size, quality));
}
