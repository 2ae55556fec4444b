import * as z from "zod/mini";

/** The most messages one request may have. */
export const MAX_MESSAGES = 100;
/** The longest message, in characters (Unicode code points). */
export const MAX_CONTENT_CHARS = 16_000;

function atMostCharacters(most: number): (text: string) => boolean {
  return (text) => text.length <= most || (text.length <= 2 * most && [...text].length <= most);
}

const content = z.string().check(
  z.minLength(1),
  z.refine(atMostCharacters(MAX_CONTENT_CHARS), {
    error: `must have at most ${MAX_CONTENT_CHARS} characters`,
  }),
  z.meta({ maxLength: MAX_CONTENT_CHARS }),
);

/** Any other role is refused: the system prompt is the server's. */
export const chatMessage = z.strictObject({
  role: z.enum(["user", "assistant"], { error: "must be user or assistant" }),
  content,
});
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

/** A JSON answer. `model` is the one that answered. `fromIdempotentCache` is there, and true, on a replay alone. */
export const chatAnswer = z.object({
  message: z.object({ role: z.literal("assistant"), content: z.string() }),
  finishReason,
  usage,
  model: z.string(),
  streamId: z.string(),
  fromIdempotentCache: z.optional(z.literal(true)),
});
export type ChatAnswer = z.infer<typeof chatAnswer>;
