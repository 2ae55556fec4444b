import type { JsonObject } from "../../json.ts";
import type { Profile } from "../profiles/profile.ts";
import type { ChatRequest } from "./chat-request.ts";

/** An answer and what goes with it, before it has the shape of any API. */
export interface Completion {
  readonly request: ChatRequest;
  readonly id: string;
  readonly created: number;
  readonly text: string;
  readonly refused: boolean;
  /** `null`: none is sent. */
  readonly finishReason: string | null;
  /** `null`: none is sent. */
  readonly usage: unknown;
  /** Whose form it has. */
  readonly profile: Profile;
}

const DONE = "data: [DONE]\n\n";
/** Padding that hides a token's length from who counts bytes on the wire, as the real API adds unless asked not to. */
const PADDING = "aB3xQ9mZ7kLw2RtY";

/** `object`: "chat.completion" for a whole answer, "chat.completion.chunk" for an event of a stream. */
function envelope({ id, created, request }: Completion, object: string) {
  return { id, object, created, model: request.model, service_tier: "default", system_fingerprint: null };
}

export function wholeAnswer(completion: Completion): JsonObject {
  const { text, refused, finishReason, usage } = completion;
  const [content, refusal] = refused ? [null, text] : [text, null];
  const message = { role: "assistant", content, refusal, annotations: [] };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finishReason }];
  return { ...envelope(completion, "chat.completion"), choices, usage: usage ?? undefined };
}

function chunk(completion: Completion, choices: unknown[], more: JsonObject = {}): string {
  const usage = completion.request.includeUsage ? null : undefined;
  const event = { ...envelope(completion, "chat.completion.chunk"), choices, usage };
  return `data: ${JSON.stringify({ ...event, ...completion.profile.chunk, ...more })}\n\n`;
}

function choice({ profile }: Completion, delta: JsonObject, finishReason: string | null = null) {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason, ...profile.choice };
}

/** The chunk with the role, and the reasoning of a model that shows it. */
export function openingChunks(completion: Completion): string {
  const { refused, profile } = completion;
  const role = { role: "assistant", content: refused ? null : "", refusal: null };
  const deltas = profile.thinking ? [role, profile.thinking] : [role];
  const chunks = deltas.map((delta) => chunk(completion, [choice(completion, delta)]));
  return (profile.prelude ?? "") + chunks.join("");
}

/** A chunk a token. Everything around a token is the same for all of a stream, so it is written out once. */
export function tokenChunks(completion: Completion, tokens: readonly string[]): string[] {
  const mark = "<token>";
  const content = completion.profile.inParts ? [{ type: "text", text: mark }] : mark;
  const delta = completion.refused ? { refusal: mark } : { content };
  const [before = "", after = ""] = chunk(completion, [choice(completion, delta)]).split(`"${mark}"`);
  if (!completion.request.obfuscated) return tokens.map((token) => before + JSON.stringify(token) + after);
  const rest = after.slice(0, -"}\n\n".length);
  return tokens.map((token) => {
    const padding = PADDING.slice(Math.min(token.length, PADDING.length - 1));
    return `${before}${JSON.stringify(token)}${rest},"obfuscation":"${padding}"}\n\n`;
  });
}

/** The chunk with the finish reason, the one with the usage, and `[DONE]`. */
export function closingChunks(completion: Completion): string {
  const { finishReason, request, usage, profile } = completion;
  if (finishReason === null) return "";
  const finish = chunk(completion, [choice(completion, {}, finishReason)], profile.last);
  return finish + (request.includeUsage && usage !== null ? chunk(completion, [], { usage }) : "") + DONE;
}
