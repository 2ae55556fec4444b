import * as z from "zod/mini";
import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";
import type { Profile } from "../profiles/profile.ts";
import { PROFILES } from "../profiles/profiles.ts";
import { checkBody, maybe } from "./body.ts";

const text = z.string();
const message = z.object({
  role: text,
  content: maybe(z.union([text, z.array(z.object({ text: z.optional(text) }))])),
});
const options = z.object({
  include_usage: z.optional(z.boolean()),
  include_obfuscation: z.optional(z.boolean()),
});
const format = z.union([
  z.object({
    type: z.literal("json_schema"),
    json_schema: z.object({ schema: z.record(text, z.unknown()) }),
  }),
  z.object({ type: z.enum(["text", "json_object"]) }),
]);
const chatBody = z.object({
  model: text.check(z.minLength(1)),
  messages: z.array(message).check(z.minLength(1)),
  stream: maybe(z.boolean()),
  stream_options: maybe(options),
  response_format: maybe(format),
  max_completion_tokens: maybe(z.number()),
  max_tokens: maybe(z.number()),
  reasoning_effort: maybe(text),
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

/** What a server that takes no schema is told in words. */
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
  const told = checkBody(body, chatBody);
  const { response_format: asked, stream_options: stream } = told;
  const messages = told.messages.map(readMessage);
  return {
    model: told.model,
    messages,
    stream: told.stream ?? false,
    includeUsage: stream?.include_usage ?? false,
    obfuscated: stream?.include_obfuscation ?? true,
    schema: asked?.type === "json_schema" ? asked.json_schema.schema : schemaInWords(messages),
    maxTokens: told.max_completion_tokens ?? told.max_tokens ?? Number.POSITIVE_INFINITY,
    reasoningEffort: told.reasoning_effort ?? "none",
  };
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

export function systemText({ messages }: ChatRequest): string {
  const said = messages.filter(isSystem).map(({ content }) => content);
  return said.join("\n");
}

/** What the user said, the latest first. */
export function userTexts({ messages }: ChatRequest): string[] {
  return messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])).reverse();
}
