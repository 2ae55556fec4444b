import { badRequest } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import { isObject, textMember } from "./json.ts";

export interface Message {
  readonly role: string;
  readonly content: string;
}

/** What of a `chat/completions` body this server looks at. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly obfuscated: boolean;
  readonly schema: JsonObject | undefined;
  readonly maxTokens: number;
  readonly reasoningEffort: string | undefined;
}

/** Refused by the models in use today; the second is the word of advice the API adds. */
const UNSUPPORTED: readonly (readonly [name: string, advice: string])[] = [
  ["temperature", "Only the default value is supported."],
  ["top_p", "Only the default value is supported."],
  ["max_tokens", "Use 'max_completion_tokens' instead."],
];

function partText(part: unknown): string {
  return isObject(part) && typeof part.text === "string" ? part.text : "";
}

function readMessage(value: unknown, index: number): Message {
  if (!isObject(value) || typeof value.role !== "string") {
    throw badRequest("invalid_type", `messages[${index}]`, `Invalid type for 'messages[${index}]'.`);
  }
  const { role, content } = value;
  if (Array.isArray(content)) return { role, content: content.map(partText).join("") };
  return { role, content: typeof content === "string" ? content : "" };
}

function checkParameters(body: JsonObject): void {
  for (const [name, advice] of UNSUPPORTED) {
    if (body[name] === undefined || body[name] === null) continue;
    const message = `Unsupported parameter: '${name}' is not supported with this model. ${advice}`;
    throw badRequest("unsupported_parameter", name, message);
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw badRequest("missing_required_parameter", "messages", "Missing required parameter: 'messages'.");
  }
}

function schemaOf(format: unknown): JsonObject | undefined {
  if (!isObject(format) || format.type !== "json_schema") return undefined;
  const schema = isObject(format.json_schema) ? format.json_schema.schema : undefined;
  if (!isObject(schema)) {
    const param = "response_format.json_schema.schema";
    throw badRequest("missing_required_parameter", param, `Missing required parameter: '${param}'.`);
  }
  return schema;
}

export function readChatRequest(body: JsonObject): ChatRequest {
  checkParameters(body);
  const options = isObject(body.stream_options) ? body.stream_options : {};
  const messages = Array.isArray(body.messages) ? body.messages : [];
  return {
    model: textMember(body, "model"),
    messages: messages.map(readMessage),
    stream: body.stream === true,
    includeUsage: options.include_usage === true,
    obfuscated: options.include_obfuscation !== false,
    schema: schemaOf(body.response_format),
    maxTokens: typeof body.max_completion_tokens === "number" ? body.max_completion_tokens : Infinity,
    reasoningEffort: typeof body.reasoning_effort === "string" ? body.reasoning_effort : undefined,
  };
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

export function leadingSystemText({ messages }: ChatRequest): string {
  const end = messages.findIndex((message) => !isSystem(message));
  return messages
    .slice(0, end < 0 ? messages.length : end)
    .map(({ content }) => content)
    .join("\n");
}

export function systemText({ messages }: ChatRequest): string {
  return messages
    .filter(isSystem)
    .map(({ content }) => content)
    .join("\n");
}

/** What the user said, the latest first. */
export function userTexts({ messages }: ChatRequest): string[] {
  return messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => content)
    .reverse();
}
