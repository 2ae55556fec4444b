import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";

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
