import * as z from "zod/mini";
import { characters } from "../http/validate.ts";

/** The most messages one request may have. */
export const MAX_MESSAGES = 1_000;
/** The longest message of a user's, in characters (Unicode code points). */
export const MAX_QUESTION_CHARS = 16_000;
/** The longest answer of ours that can be sent back. */
export const MAX_SENT_BACK_CHARS = 200_000;

function atMostCharacters(most: number): (text: string) => boolean {
  return (text) => text.length <= most || (text.length <= 2 * most && characters(text) <= most);
}

function content(least: number, most: number) {
  const error = `must have at most ${most} characters`;
  return z
    .string()
    .check(z.minLength(least), z.refine(atMostCharacters(most), { error }), z.meta({ maxLength: most }));
}

/** Any other role is refused: the system prompt is the server's. */
export const chatMessage = z.discriminatedUnion(
  "role",
  [
    z.strictObject({ role: z.literal("user"), content: content(1, MAX_QUESTION_CHARS) }),
    z.strictObject({ role: z.literal("assistant"), content: content(0, MAX_SENT_BACK_CHARS) }),
  ],
  { error: "must be user or assistant" },
);
export type ChatMessage = z.infer<typeof chatMessage>;

/** The persona that the answer is to have in mind. */
export const personaRef = z.strictObject({ setId: z.string(), personaId: z.string() });
export type PersonaRef = z.infer<typeof personaRef>;

/** `POST /api/chat` and `POST /api/chat/stream`. */
export const chatRequest = z.strictObject({
  messages: z.array(chatMessage).check(
    z.minLength(1),
    z.maxLength(MAX_MESSAGES),
    z.refine((messages) => messages.length === 0 || messages.at(-1)?.role === "user", {
      error: "must end with a message from the user",
    }),
  ),
  persona: z.optional(personaRef),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** Why an answer ended: the upstream's own words, or a refusal, or somebody stopped it. */
export const finishReason = z.enum(["stop", "length", "content_filter", "refusal", "stopped"]);
export type FinishReason = z.infer<typeof finishReason>;

/** Tokens. `cachedInputTokens` are among `inputTokens`. */
export const usage = z.object({ inputTokens: z.int(), cachedInputTokens: z.int(), outputTokens: z.int() });

/** How many of the messages did not go to the model, since all together were too long; absent where all did. */
export const droppedMessages = z.int().check(z.positive());

/** A JSON answer. `model` is the one that answered. `fromIdempotentCache` is there, and true, on a replay alone. */
export const chatAnswer = z.object({
  message: z.object({ role: z.literal("assistant"), content: z.string() }),
  finishReason,
  usage,
  model: z.string(),
  droppedMessages: z.optional(droppedMessages),
  streamId: z.string(),
  fromIdempotentCache: z.optional(z.literal(true)),
});
export type ChatAnswer = z.infer<typeof chatAnswer>;
