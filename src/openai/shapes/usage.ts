import { asRecord } from "../../as-record.ts";
import type { Price, Prices } from "../../config/prices.ts";

/** Tokens. `cachedInputTokens` are among `inputTokens`; reasoning is among `outputTokens`. */
export interface TokenCounts {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

/** With what only its price needs: input that was put into the prompt cache, among `inputTokens` and not cached. */
export interface Usage extends TokenCounts {
  readonly cacheWriteTokens: number;
}

export const NO_USAGE: Usage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
};

/** What callers and the log are told. */
export function tokenCounts({ inputTokens, cachedInputTokens, outputTokens }: TokenCounts): TokenCounts {
  return { inputTokens, cachedInputTokens, outputTokens };
}

function tokens(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/** Reads the `usage` of a chat completion, whatever a compatible server left out. */
export function parseUsage(value: unknown): Usage {
  const usage = asRecord(value);
  const details = asRecord(usage.prompt_tokens_details);
  const inputTokens = tokens(usage.prompt_tokens);
  const cachedInputTokens = Math.min(tokens(details.cached_tokens), inputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(tokens(details.cache_write_tokens), inputTokens - cachedInputTokens),
    outputTokens: tokens(usage.completion_tokens),
  };
}

/** Reads the `usage` of an image, which has other names; undefined where the server sent none. */
export function parseImageUsage(value: unknown): Usage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = asRecord(value);
  const details = asRecord(usage.input_tokens_details);
  const inputTokens = tokens(usage.input_tokens);
  return {
    inputTokens,
    cachedInputTokens: Math.min(tokens(details.cached_tokens), inputTokens),
    cacheWriteTokens: 0,
    outputTokens: tokens(usage.output_tokens),
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

function findPrice(prices: Prices, model: string): Price | undefined {
  return Object.hasOwn(prices, model) ? prices[model] : undefined;
}

/** US dollars; 0 for a model without a known price. */
export function costUsd(prices: Prices, model: string, usage: Usage): number {
  const price = findPrice(prices, model);
  if (!price) return 0;
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const input =
    (inputTokens - cachedInputTokens - cacheWriteTokens) * price.input +
    cachedInputTokens * price.cachedInput +
    cacheWriteTokens * price.cacheWrite;
  return (input + outputTokens * price.output) / 1_000_000;
}

/** The most that a call can cost: all of its input at the dearest of the three prices. */
export function worstCaseUsd(
  prices: Prices,
  model: string,
  inputTokens: number,
  outputTokens: number,
): number {
  const price = findPrice(prices, model);
  if (!price) return 0;
  const dearest = Math.max(price.input, price.cachedInput, price.cacheWrite);
  return (inputTokens * dearest + outputTokens * price.output) / 1_000_000;
}
