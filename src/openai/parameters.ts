import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import { asRecord } from "../as-record.ts";
import type { ImageRequest } from "./upstream.ts";

/** CONTRACT §2: how often in a row a call is made again without what was refused. */
export const MAX_REFUSALS = 8;

/** What a server refused for one model, in the names of `refusedParameters` and the two forms of a format. */
export type Refused = ReadonlySet<string>;

/** The parameters that an error named, told by the call that met them. */
export interface ParameterMemory {
  of(model: string): Refused;
  /** True where one of them was not known: the call is worth making again. */
  add(model: string, body: ChatBody | ImageRequest, names: readonly string[]): boolean;
}

// Scope: the isolate. One entry for each base URL and configured model, of a dozen names at most.
const refusedBy = new Map<string, Set<string>>();

const DROPPED = ["reasoning_effort", "store", "safety_identifier", "prompt_cache_key"] as const;
const DROPPED_OF_IMAGES: readonly string[] = ["output_format", "quality", "response_format"];
const STREAM_PARTS = ["include_usage", "include_obfuscation"] as const;

/** How the body spells what is named; undefined where it does not have it. */
function spelling(body: ChatBody | ImageRequest, name: string): string | undefined {
  if (name === "response_format" && typeof body.response_format === "object")
    return body.response_format.type;
  const [member = "", part] = name.split(".");
  const value = asRecord(body)[member];
  const sent = part === undefined ? value : asRecord(value)[part];
  return sent === undefined || sent === null ? undefined : name;
}

export function openParameterMemory(baseUrl: string): ParameterMemory {
  const findSet = (model: string) => {
    const key = `${baseUrl}\n${model}`;
    const found = refusedBy.get(key) ?? new Set<string>();
    refusedBy.set(key, found);
    return found;
  };
  return {
    of: findSet,
    add(model, body, names) {
      const refused = findSet(model);
      const sent = names.map((name) => spelling(body, name)).filter((name) => name !== undefined);
      for (const name of sent) refused.add(name);
      return sent.length > 0;
    },
  };
}

function streamOptions(given: ChatBody["stream_options"], refused: Refused) {
  if (!given || refused.has("stream_options")) return undefined;
  const kept = STREAM_PARTS.filter((part) => !refused.has(`stream_options.${part}`) && part in given);
  return kept.length === 0 ? undefined : Object.fromEntries(kept.map((part) => [part, given[part]]));
}

/** A server that cannot be held to a schema is told it in words. */
function withSchema(messages: ChatBody["messages"], schema: unknown): ChatBody["messages"] {
  const words = `Answer with one JSON object, and nothing else, that fits this JSON Schema:\n${JSON.stringify(schema)}`;
  const [first, ...rest] = messages;
  if (first?.role !== "system" || typeof first.content !== "string")
    return [{ role: "system", content: words }, ...messages];
  return [{ role: "system", content: `${first.content}\n\n${words}` }, ...rest];
}

function withFormat(body: ChatBody, refused: Refused): ChatBody {
  const { response_format: format, ...rest } = body;
  if (format?.type !== "json_schema" || !refused.has("json_schema")) return body;
  const messages = withSchema(body.messages, format.json_schema.schema);
  if (refused.has("json_object")) return { ...rest, messages };
  return { ...rest, messages, response_format: { type: "json_object" } };
}

function withLimit(body: ChatBody, refused: Refused): ChatBody | undefined {
  const { max_completion_tokens: limit, ...rest } = body;
  if (!refused.has("max_completion_tokens")) return body;
  return refused.has("max_tokens") ? undefined : { ...rest, max_tokens: limit ?? null };
}

/**
 * The body without what was refused, or with the older spelling. Undefined where the server takes neither spelling
 * of the output's limit: without one no call is made.
 */
export function adaptBody(body: ChatBody, refused: Refused): ChatBody | undefined {
  if (refused.size === 0) return body;
  const adapted = withLimit(withFormat(body, refused), refused);
  if (!adapted) return undefined;
  const { stream_options: given, ...rest } = adapted;
  const options = streamOptions(given, refused);
  const kept: ChatBody = options ? { ...rest, stream_options: options } : rest;
  for (const name of DROPPED) if (refused.has(name)) delete kept[name];
  return kept;
}

/** A request for an image without the parameters that the model's server refuses. */
export function adaptImage(body: ImageRequest, refused: Refused): ImageRequest {
  if (refused.size === 0) return body;
  const left = ([name]: [string, unknown]) => !(DROPPED_OF_IMAGES.includes(name) && refused.has(name));
  return Object.fromEntries(Object.entries(body).filter(left)) as unknown as ImageRequest;
}
