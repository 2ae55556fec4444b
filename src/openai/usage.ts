import type { Prices } from "../config/prices.ts";

/** Tokens. `cachedInputTokens` are among `inputTokens`; reasoning is among `outputTokens`. */
export interface Usage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

export const NO_USAGE: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

function tokens(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/** Reads the `usage` of a chat completion, whatever a compatible server left out. */
export function parseUsage(value: unknown): Usage {
  const usage = Object(value) as Record<string, unknown>;
  const details = Object(usage.prompt_tokens_details) as Record<string, unknown>;
  const inputTokens = tokens(usage.prompt_tokens);
  return {
    inputTokens,
    cachedInputTokens: Math.min(tokens(details.cached_tokens), inputTokens),
    outputTokens: tokens(usage.completion_tokens),
  };
}

/** Reads the `usage` of an image, which has other names; undefined where the server sent none. */
export function parseImageUsage(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = value as Record<string, unknown>;
  const details = Object(usage.input_tokens_details) as Record<string, unknown>;
  const inputTokens = tokens(usage.input_tokens);
  return {
    inputTokens,
    cachedInputTokens: Math.min(tokens(details.cached_tokens), inputTokens),
    outputTokens: tokens(usage.output_tokens),
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

/** US dollars; 0 for a model without a known price. */
export function costUsd(prices: Prices, model: string, usage: Usage): number {
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (!price) return 0;
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const { input, cachedInput, output } = price;
  return (fresh * input + usage.cachedInputTokens * cachedInput + usage.outputTokens * output) / 1_000_000;
}

/** The most that a call can cost. */
export function worstCaseUsd(
  prices: Prices,
  model: string,
  inputTokens: number,
  outputTokens: number,
): number {
  return costUsd(prices, model, { inputTokens, cachedInputTokens: 0, outputTokens });
}
