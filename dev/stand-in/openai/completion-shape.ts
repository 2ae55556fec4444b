import type { JsonObject } from "../as-record.ts";

/** An answer and what goes with it, before it has the shape of any API. */
export interface Completion {
  readonly id: string;
  readonly model: string;
  readonly created: number;
  readonly text: string;
  readonly refused: boolean;
  /** `null`: none is sent. */
  readonly finishReason: string | null;
  /** `null`: none is sent. */
  readonly usage: unknown;
  readonly includeUsage: boolean;
  readonly obfuscated: boolean;
}

const DONE = "data: [DONE]\n\n";
/** Padding that hides a token's length from who counts bytes on the wire, as the real API adds unless told not to. */
const PADDING = "aB3xQ9mZ7kLw2RtY";

/** `object: "chat.completion"`. */
export function wholeAnswer({ id, created, model, usage, ...answer }: Completion): JsonObject {
  const message = {
    role: "assistant",
    content: answer.refused ? null : answer.text,
    refusal: answer.refused ? answer.text : null,
    annotations: [],
  };
  const whole = {
    id,
    object: "chat.completion",
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    service_tier: "default",
    system_fingerprint: null,
  };
  return usage === null ? whole : { ...whole, usage };
}

/** An event of a stream, `object: "chat.completion.chunk"`. */
function chunk(
  { id, created, model, includeUsage }: Completion,
  choices: unknown[],
  usage?: unknown,
): string {
  const envelope = {
    id,
    object: "chat.completion.chunk",
    created,
    model,
    service_tier: "default",
    system_fingerprint: null,
    choices,
    usage: includeUsage ? (usage ?? null) : undefined,
  };
  return `data: ${JSON.stringify(envelope)}\n\n`;
}

function choice(delta: JsonObject, finishReason: string | null = null) {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason };
}

export function roleChunk(completion: Completion): string {
  const content = completion.refused ? null : "";
  return chunk(completion, [choice({ role: "assistant", content, refusal: null })]);
}

/** A chunk a token. Everything around a token is the same for all of a stream, so it is written out once. */
export function tokenChunks(completion: Completion, tokens: readonly string[]): string[] {
  const mark = "<token>";
  const member = completion.refused ? "refusal" : "content";
  const [before = "", after = ""] = chunk(completion, [choice({ [member]: mark })]).split(`"${mark}"`);
  if (!completion.obfuscated) return tokens.map((token) => before + JSON.stringify(token) + after);
  const rest = after.slice(0, -"}\n\n".length);
  return tokens.map((token) => {
    const padding = PADDING.slice(Math.min(token.length, PADDING.length - 1));
    return `${before}${JSON.stringify(token)}${rest},"obfuscation":"${padding}"}\n\n`;
  });
}

/** The chunk with the finish reason, the one with the usage, and `[DONE]`. */
export function closingChunks(completion: Completion): string {
  const { finishReason, includeUsage, usage } = completion;
  if (finishReason === null) return "";
  const finish = chunk(completion, [choice({}, finishReason)]);
  return finish + (includeUsage && usage !== null ? chunk(completion, [], usage) : "") + DONE;
}
