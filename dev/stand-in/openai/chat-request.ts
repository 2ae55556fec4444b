import type { JsonObject } from "../as-record.ts";
import { asRecord } from "../as-record.ts";
import { textMember } from "./body.ts";
import { badRequest, missing } from "./failure.ts";

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

/** Refused by the models in use today, with the word of advice the API adds. */
const UNSUPPORTED: Record<string, string> = {
  temperature: "Only the default value is supported.",
  top_p: "Only the default value is supported.",
  max_tokens: "Use 'max_completion_tokens' instead.",
};

function checkParameters(body: JsonObject): void {
  for (const [name, advice] of Object.entries(UNSUPPORTED)) {
    if (body[name] === undefined || body[name] === null) continue;
    const message = `Unsupported parameter: '${name}' is not supported with this model. ${advice}`;
    throw badRequest("unsupported_parameter", name, message);
  }
}

function partText(part: unknown): string {
  const text = asRecord(part)?.text;
  return typeof text === "string" ? text : "";
}

function readMessage(value: unknown, index: number): Message {
  const { role, content } = asRecord(value) ?? {};
  if (typeof role !== "string") {
    throw badRequest("invalid_type", `messages[${index}]`, `Invalid type for 'messages[${index}]'.`);
  }
  if (Array.isArray(content)) return { role, content: content.map(partText).join("") };
  return { role, content: typeof content === "string" ? content : "" };
}

function readMessages({ messages }: JsonObject): Message[] {
  if (!Array.isArray(messages) || messages.length === 0) throw missing("messages");
  return messages.map(readMessage);
}

function readSchema(body: JsonObject): JsonObject | undefined {
  const format = asRecord(body.response_format);
  if (format?.type !== "json_schema") return undefined;
  const schema = asRecord(asRecord(format.json_schema)?.schema);
  if (!schema) throw missing("response_format.json_schema.schema");
  return schema;
}

export function readChatRequest(body: JsonObject): ChatRequest {
  checkParameters(body);
  const options = asRecord(body.stream_options);
  return {
    model: textMember(body, "model"),
    messages: readMessages(body),
    stream: body.stream === true,
    includeUsage: options?.include_usage === true,
    obfuscated: options?.include_obfuscation !== false,
    schema: readSchema(body),
    maxTokens: typeof body.max_completion_tokens === "number" ? body.max_completion_tokens : Infinity,
    reasoningEffort: typeof body.reasoning_effort === "string" ? body.reasoning_effort : undefined,
  };
}

function isSystem({ role }: Message): boolean {
  return role === "system" || role === "developer";
}

function contents(messages: readonly Message[]): string[] {
  return messages.map(({ content }) => content);
}

/** The fixed beginning of a prompt. */
export function leadingSystemText({ messages }: ChatRequest): string {
  const end = messages.findIndex((message) => !isSystem(message));
  return contents(messages.slice(0, end < 0 ? messages.length : end)).join("\n");
}

export function systemText({ messages }: ChatRequest): string {
  return contents(messages.filter(isSystem)).join("\n");
}

/** What the user said, the latest first. */
export function userTexts({ messages }: ChatRequest): string[] {
  return contents(messages.filter(({ role }) => role === "user")).reverse();
}
