import type {
  ChatCompletionCreateParamsStreaming as ChatBody,
  ChatCompletionCreateParamsStreaming,
} from "openai/resources/chat/completions";
import type { Prices } from "../config/prices.ts";
import { worstCaseUsd } from "./shapes/usage.ts";

const encoder = new TextEncoder();
const SPACES = / {5,}/g;

/**
 * The most tokens that a text can have. Whatever the vocabulary, a token has at least one byte. Only for runs of
 * spaces less is counted: every vocabulary since 2021 that was looked at (the maker's p50k, cl100k and o200k,
 * Llama 2 and 3, Mistral) has tokens of two and of four spaces, byte-pair merging leaves at most one of one and
 * one of two beside those of four, and the word behind may take the last space for itself. Of tabs, line feeds,
 * digits and repeated letters some of them make a token each.
 */
export function maxTokens(text: string): number {
  let tokens = encoder.encode(text).byteLength;
  for (const [run] of text.matchAll(SPACES)) tokens -= run.length - (Math.floor(run.length / 4) + 3);
  return tokens;
}

/**
 * The most input tokens that a call can have. What stands around the words of a message in the body has more bytes
 * than what stands around them in the model's own format, and so has the schema.
 */
export function maxInputTokens({ messages, ...rest }: ChatCompletionCreateParamsStreaming): number {
  const envelope = { ...rest, messages: messages.map(({ role }) => ({ role, content: "" })) };
  const texts = messages.map(({ content }) =>
    typeof content === "string" ? content : JSON.stringify(content),
  );
  return texts.reduce((sum, text) => sum + maxTokens(text), maxTokens(JSON.stringify(envelope)));
}

/**
 * The most output tokens that one portrait can cost, for the money that is set aside before the call. Two
 * families are known, and the larger figure counts:
 * - gpt-image-2: f² × (2,000,000 + pixels) / 4,000,000 for a square (other shapes take less), f by quality
 *   (the maker's calculator, 2026: 1024 × 1024 is 196, 1,756 and 7,024 tokens);
 * - gpt-image-1: 272, 1,056 and 4,160 tokens for 1024 × 1024, others by their area.
 */
const FACTORS: Readonly<Record<string, number>> = { low: 16, medium: 48, high: 96 };
const FIRST_FAMILY: Readonly<Record<string, number>> = { low: 272, medium: 1_056, high: 4_160 };
/** Qualities that are not in the tables (`auto`, `xhigh`, `hd`): twice `high` in each direction. */
const UNKNOWN_FACTOR = 192;
/** The largest size that these models take: 3840 × 2160. Assumed where the size is `auto`. */
const MAX_PIXELS = 8_294_400;
const SQUARE = 1024 * 1024;
/** Newer models than the formulas. */
const MARGIN = 1.25;

/** `size`: `1024x1024`, or `auto`. Tokens. */
export function maxImageTokens(size: string, quality: string): number {
  const [width = 0, height = 0] = size.split("x").map(Number);
  const pixels = width > 0 && height > 0 ? width * height : MAX_PIXELS;
  const factor = FACTORS[quality] ?? UNKNOWN_FACTOR;
  const second = (factor * factor * (2_000_000 + pixels)) / 4_000_000;
  const first = ((FIRST_FAMILY[quality] ?? 0) * pixels) / SQUARE;
  return Math.ceil(Math.max(first, second) * MARGIN);
}

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
