import type { JsonObject } from "../as-record.ts";
import type { ChatRequest } from "./chat-request.ts";
import { leadingSystemText } from "./chat-request.ts";

export const CHARS_PER_TOKEN = 4;
/** The role and the separators of one message. */
const TOKENS_PER_MESSAGE = 4;
/** The prompt cache serves whole blocks of the beginning. */
const CACHE_BLOCK_TOKENS = 64;
/** Beginnings remembered; the oldest is forgotten, as a real prompt cache forgets. */
const MAX_CACHED_PROMPTS = 1_000;

const REASONING_TOKENS: Record<string, number> = { low: 96, medium: 320, high: 960 };

export function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** Chat answers come without thinking unless it is asked for. */
export function reasoningTokens(request: ChatRequest): number {
  return REASONING_TOKENS[request.reasoningEffort] ?? 0;
}

/** Remembers how prompts began; only a repeated beginning is cheap. */
export function createPromptCache() {
  const seen = new Set<string>();
  return function cachedTokens(request: ChatRequest): number {
    const beginning = leadingSystemText(request);
    const key = `${request.model}\n${beginning}`;
    const repeated = seen.has(key);
    const [oldest = ""] = seen;
    if (seen.add(key).size > MAX_CACHED_PROMPTS) seen.delete(oldest);
    return repeated ? tokensIn(beginning) - (tokensIn(beginning) % CACHE_BLOCK_TOKENS) : 0;
  };
}

export function completionUsage(request: ChatRequest, textTokens: number, cachedTokens: number): JsonObject {
  const schemaTokens = request.schema === undefined ? 0 : tokensIn(JSON.stringify(request.schema));
  const promptTokens = request.messages.reduce(
    (sum, message) => sum + tokensIn(message.content) + TOKENS_PER_MESSAGE,
    schemaTokens,
  );
  const thinking = reasoningTokens(request);
  const completionTokens = textTokens + thinking;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: thinking, audio_tokens: 0 },
  };
}
