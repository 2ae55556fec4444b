import * as z from "zod";
import { asRecord, type JsonObject, parseJson } from "../../json.ts";
import type { Profile } from "../profiles/profile.ts";
import { PROFILES } from "../profiles/profiles.ts";
import { checkBody } from "./body.ts";

const text = z.string();
const message = z.object({
  role: text,
  content: z.union([text, z.array(z.object({ text: text.optional() }))]).nullish(),
});
const options = z.object({
  include_usage: z.boolean().default(false),
  include_obfuscation: z.boolean().default(true),
});
const jsonSchema = z.object({ schema: z.record(text, z.unknown()) });
const format = z.discriminatedUnion("type", [
  z.object({ type: z.literal("json_schema"), json_schema: jsonSchema }),
  z.object({ type: z.enum(["text", "json_object"]) }),
]);
const chatBody = z.object({
  model: text.min(1),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: options.nullish(),
  response_format: format.nullish(),
  max_completion_tokens: z.number().nullish(),
  max_tokens: z.number().nullish(),
  reasoning_effort: text.nullish(),
});

export type Message = ReturnType<typeof readMessage>;

/** What of a `chat/completions` body this server looks at. */
export type ChatRequest = ReturnType<typeof readChatRequest>;

function refuseUnsupported(body: JsonObject, { refuses, refusal }: Profile): void {
  const isSent = (name: string) =>
    name === "json_schema" ? asRecord(body.response_format)?.type === name : (body[name] ?? null) !== null;
  const names = refuses.filter(isSent);
  if (names.length > 0) throw refusal(names);
}

/** The schema that a server which takes none gets in words. */
function schemaInWords(messages: readonly Message[]): JsonObject | undefined {
  const said = messages.find(({ role }) => role === "system")?.content.split("JSON Schema:\n")[1];
  return asRecord(parseJson(said ?? ""));
}

function readMessage({ role, content }: z.infer<typeof message>) {
  const parts = typeof content === "string" ? [{ text: content }] : (content ?? []);
  return { role, content: parts.map((part) => part.text ?? "").join("") };
}

export function readChatRequest(body: JsonObject, profile: Profile = PROFILES.openai) {
  refuseUnsupported(body, profile);
  const { model, response_format: asked, stream_options: stream, ...rest } = checkBody(body, chatBody);
  const messages = rest.messages.map(readMessage);
  return {
    model,
    messages,
    stream: rest.stream ?? false,
    includeUsage: stream?.include_usage ?? false,
    obfuscated: stream?.include_obfuscation ?? true,
    schema: asked?.type === "json_schema" ? asked.json_schema.schema : schemaInWords(messages),
    maxTokens: rest.max_completion_tokens ?? rest.max_tokens ?? Number.POSITIVE_INFINITY,
    reasoningEffort: rest.reasoning_effort ?? "none",
  };
}

/** What the user said, the latest first. */
export function userTexts({ messages }: ChatRequest): string[] {
  return messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])).reverse();
}
