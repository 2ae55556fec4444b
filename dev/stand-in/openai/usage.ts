import { crc32 } from "node:zlib";
import type { JsonObject } from "../../json.ts";
import type { ChatRequest } from "./chat-request.ts";

export const CHARS_PER_TOKEN = 4;
/** The role and the separators of one message. */
const TOKENS_PER_MESSAGE = 4;
/** Shorter prompts are not cached; longer ones in whole blocks (the API's rule). */
const CACHED_FROM_BLOCKS = 8;
const CACHE_BLOCK_TOKENS = 128;
/** Past so many all are forgotten, as a real prompt cache forgets. */
const MAX_CACHED_BLOCKS = 20_000;

const REASONING_TOKENS: Record<string, number> = { low: 96, medium: 320, high: 960 };

export function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

/** Chat answers come without thinking unless it is asked for. */
export function reasoningTokens(request: ChatRequest): number {
  return REASONING_TOKENS[request.reasoningEffort] ?? 0;
}

/** The text of a prompt in the order in which a model reads it. */
function promptText({ schema, messages }: ChatRequest): string {
  const said = messages.map(({ role, content }) => `${role}\n${content}`);
  return [JSON.stringify(schema ?? ""), ...said].join("\n");
}

/** Remembers how prompts began, block by block: what came before is cheap, and what is new is put in. */
export function createPromptCache() {
  const seen = new Set<string>();
  return function cachedTokens(request: ChatRequest): JsonObject {
    const text = promptText(request);
    const whole = text.match(new RegExp(`.{${CACHE_BLOCK_TOKENS * CHARS_PER_TOKEN}}`, "gs")) ?? [];
    const blocks = whole.length < CACHED_FROM_BLOCKS ? [] : whole;
    if (seen.size > MAX_CACHED_BLOCKS) seen.clear();
    let hash = 0;
    const keys = blocks.map((block, index) => {
      hash = crc32(block, hash);
      return `${request.model} ${index} ${hash}`;
    });
    const known = keys.findLastIndex((key) => seen.has(key)) + 1;
    for (const key of keys) seen.add(key);
    const cached = known < CACHED_FROM_BLOCKS ? 0 : known;
    return {
      cached_tokens: cached * CACHE_BLOCK_TOKENS,
      cache_write_tokens: (blocks.length - cached) * CACHE_BLOCK_TOKENS,
    };
  };
}

export function completionUsage(request: ChatRequest, textTokens: number, cached: JsonObject): JsonObject {
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
    prompt_tokens_details: { ...cached, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: thinking, audio_tokens: 0 },
  };
}
