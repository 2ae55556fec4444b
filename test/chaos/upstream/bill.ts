import { BUILT_IN_PRICES } from "../../../src/config/prices.ts";
import { worstCaseUsd } from "../../../src/openai/shapes/usage.ts";
import { maxImageTokens, maxInputTokens, maxTokens } from "../../../src/openai/worst-case.ts";
import type { Work } from "./plan.ts";

type Body = Readonly<Record<string, unknown>>;

export interface Ended {
  /** 0: there was none. */
  readonly status: number;
  /** The last of what was said. */
  readonly tail: string;
  /** Whether all of it was taken. */
  readonly whole: boolean;
}

const MILLION = 1_000_000;

/** The last usage that an answer told. */
function usageIn(tail: string): Record<string, unknown> | undefined {
  const found = [...tail.matchAll(/"usage":(\{(?:[^{}]|\{[^{}]*\})*\})/g)].at(-1)?.[1];
  return found === undefined ? undefined : (JSON.parse(found) as Record<string, unknown>);
}

const amount = (value: unknown) => (typeof value === "number" ? value : 0);

/** By the price list, as an accountant does it: not by the service's own arithmetic. */
function priceOf(model: string, usage: Record<string, unknown>): number {
  const price = BUILT_IN_PRICES[model] ?? { input: 0, cachedInput: 0, cacheWrite: 0, output: 0 };
  const input = amount(usage.prompt_tokens) + amount(usage.input_tokens);
  const output = amount(usage.completion_tokens) + amount(usage.output_tokens);
  const { cached_tokens: cached } = Object(usage.prompt_tokens_details) as Record<string, unknown>;
  const fresh = input - amount(cached);
  return (fresh * price.input + amount(cached) * price.cachedInput + output * price.output) / MILLION;
}

/** US dollars; undefined where the caller was not told. */
export function billOf(work: Work, body: Body, { status, tail, whole }: Ended): number | undefined {
  if (status >= 300) return 0;
  // Nobody reads on where an answer says that it failed.
  const usage = whole && !tail.includes('"finish_reason":"error"') ? usageIn(tail) : undefined;
  const ended = work === "portrait" || tail.includes("[DONE]");
  return usage && ended ? priceOf(String(body.model), usage) : undefined;
}

/** The most that a call can cost (CONTRACT §1, DAILY_SPEND_LIMIT_USD). */
export function worstCase(work: Work, body: Body): number {
  const model = String(body.model);
  if (work === "portrait") {
    const tokens = maxImageTokens(String(body.size), String(body.quality));
    return worstCaseUsd(BUILT_IN_PRICES, model, maxTokens(String(body.prompt)), tokens);
  }
  const request = body as unknown as Parameters<typeof maxInputTokens>[0];
  const limit = Number(body.max_completion_tokens ?? body.max_tokens);
  return worstCaseUsd(BUILT_IN_PRICES, model, maxInputTokens(request), limit);
}
