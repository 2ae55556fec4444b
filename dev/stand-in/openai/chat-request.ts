import * as z from "zod/mini";
import type { JsonObject } from "../as-record.ts";
import { checkBody, maybe } from "./body.ts";
import { badRequest } from "./failure.ts";

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
  reasoning_effort: maybe(text),
});

export type Message = ReturnType<typeof readMessage>;

/** What of a `chat/completions` body this server looks at. */
export type ChatRequest = ReturnType<typeof readChatRequest>;

/** Refused by the models in use today, with the word of advice the API adds. */
const UNSUPPORTED: Record<string, string> = {
  temperature: "Only the default value is supported.",
  top_p: "Only the default value is supported.",
  max_tokens: "Use 'max_completion_tokens' instead.",
};

function refuseUnsupported(body: JsonObject): void {
  const [name, advice] = Object.entries(UNSUPPORTED).find(([one]) => (body[one] ?? null) !== null) ?? [];
  if (name === undefined) return;
  const reason = `Unsupported parameter: '${name}' is not supported with this model. ${advice}`;
  throw badRequest("unsupported_parameter", name, reason);
}

function readMessage({ role, content }: z.infer<typeof message>) {
  const parts = typeof content === "string" ? [{ text: content }] : (content ?? []);
  return { role, content: parts.map((part) => part.text ?? "").join("") };
}

export function readChatRequest(body: JsonObject) {
  refuseUnsupported(body);
  const told = checkBody(body, chatBody);
  const { response_format: asked, stream_options: stream } = told;
  return {
    model: told.model,
    messages: told.messages.map(readMessage),
    stream: told.stream ?? false,
    includeUsage: stream?.include_usage ?? false,
    obfuscated: stream?.include_obfuscation ?? true,
    schema: asked?.type === "json_schema" ? asked.json_schema.schema : undefined,
    maxTokens: told.max_completion_tokens ?? Number.POSITIVE_INFINITY,
    reasoningEffort: told.reasoning_effort ?? "none",
  };
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function joined(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join("\n");
}

/** The fixed beginning of a prompt. */
export function leadingSystemText({ messages }: ChatRequest): string {
  const end = messages.findIndex((one) => !isSystem(one));
  return joined(messages.slice(0, end < 0 ? messages.length : end));
}

export function systemText({ messages }: ChatRequest): string {
  return joined(messages.filter(isSystem));
}

/** What the user said, the latest first. */
export function userTexts({ messages }: ChatRequest): string[] {
  return messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])).reverse();
}
