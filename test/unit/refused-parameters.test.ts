import { describe, expect, it } from "vitest";
import { adaptBody } from "../../src/openai/parameters.ts";
import { refusedParameters } from "../../src/openai/shapes/refused-parameters.ts";

const unsupported = (param: string, message = `Unsupported parameter: '${param}' is not supported.`) => ({
  message,
  type: "invalid_request_error",
  param,
  code: "unsupported_parameter",
});
const loc = (...path: (string | number)[]) => ({
  type: "extra_forbidden",
  loc: ["body", ...path],
  msg: "no",
});

describe("the parameters that a refusal names", () => {
  it.each([
    ["param", unsupported("reasoning_effort"), ["reasoning_effort"]],
    ["a part", unsupported("stream_options.include_usage"), ["stream_options.include_usage"]],
    [
      "a part by itself",
      { message: "unknown field `include_obfuscation`" },
      ["stream_options.include_obfuscation"],
    ],
    ["a path into one", unsupported("response_format.json_schema.strict"), ["response_format"]],
    ["words alone", { message: "Unrecognized request argument supplied: store" }, ["store"]],
    ["a text", 'unknown parameter: "prompt_cache_key"', ["prompt_cache_key"]],
    [
      "a list of pydantic's",
      { detail: [loc("store"), loc("max_completion_tokens")] },
      ["store", "max_completion_tokens"],
    ],
    [
      "such a list inside a message",
      { message: { detail: [loc("stream_options", "include_usage")] } },
      ["stream_options.include_usage"],
    ],
    [
      "such a list as text",
      { message: "[{'type': 'extra_forbidden', 'loc': ('body', 'safety_identifier')}]" },
      ["safety_identifier"],
    ],
    [
      "another server's body",
      { metadata: { raw: JSON.stringify({ error: unsupported("store") }) } },
      ["store"],
    ],
    [
      "several in words",
      { message: "unknown: 'store', 'safety_identifier'" },
      ["store", "safety_identifier"],
    ],
    [
      "keys",
      { issues: [{ code: "unrecognized_keys", keys: ["store", "prompt_cache_key"], path: [] }] },
      ["store", "prompt_cache_key"],
    ],
    ["quality", unsupported("quality"), ["quality"]],
    [
      "a list in words, without quotes",
      { message: "Unrecognized request arguments supplied: prompt_cache_key, safety_identifier, store" },
      ["prompt_cache_key", "safety_identifier", "store"],
    ],
    [
      "two of them",
      { message: "safety_identifier and store are not supported" },
      ["safety_identifier", "store"],
    ],
    [
      "a line of its own",
      { detail: "1 validation error\nstore\n  Extra inputs are not permitted" },
      ["store"],
    ],
    ["an arrow", { message: "1 validation error\nbody -> store\n  extra fields not permitted" }, ["store"]],
    ["a noun", { message: "Unsupported parameter store" }, ["store"]],
    [
      "words beside another error",
      { statusCode: 400, error: "Bad Request", message: "body has an unknown property 'store'" },
      ["store"],
    ],
    [
      "a validator's own list",
      { errors: [{ instancePath: "", params: { additionalProperty: "store" }, message: "no" }] },
      ["store"],
    ],
    [
      "a list of fields",
      { error: { code: 400, details: [{ fieldViolations: [{ field: "store", description: "no" }] }] } },
      ["store"],
    ],
  ])("by %s", (_, body, names) => {
    expect(refusedParameters(body).sort()).toEqual([...names].sort());
  });

  it.each([
    ["nothing", undefined],
    [
      "another parameter, whatever the message quotes",
      unsupported("messages[0].content", "Not allowed: 'store'"),
    ],
    ["another place, whatever was sent there", { detail: [{ loc: ["body", "messages"], msg: "'store'" }] }],
    ["a word of the language", { message: "The vector store has no such quality, store or size" }],
    [
      "a limit that is too high",
      unsupported("max_completion_tokens", "max_completion_tokens is too large: 16000"),
    ],
  ])("are none for %s", (_, body) => {
    expect(refusedParameters(body)).toEqual([]);
  });
});

describe("ten thousand refusals", () => {
  it("are read in no time: the isolate has others to answer", () => {
    for (let count = 0; count < 10_000; count += 1)
      expect(refusedParameters({ error: { code: 400 } })).toEqual([]);
  });
});

const BODY = {
  model: "m",
  stream: true,
  store: false,
  messages: [
    { role: "system", content: "Be." },
    { role: "user", content: "?" },
  ],
  max_completion_tokens: 9,
  stream_options: { include_usage: true, include_obfuscation: false },
  response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } },
} as const;
const adapt = (...names: string[]) => adaptBody(structuredClone(BODY) as never, new Set(names));

describe("a body without what was refused", () => {
  it("is the same where nothing was", () => {
    expect(adapt()).toEqual(BODY);
  });

  it("has the older spelling of the limit, and is none where neither is taken", () => {
    const { max_completion_tokens: limit, ...rest } = BODY;
    expect(adapt("max_completion_tokens")).toEqual({ ...rest, max_tokens: limit });
    expect(adapt("max_completion_tokens", "max_tokens")).toBeUndefined();
  });

  it("lacks parts or all of the stream's options", () => {
    expect(adapt("stream_options.include_usage")?.stream_options).toEqual({ include_obfuscation: false });
    const both = ["stream_options.include_usage", "stream_options.include_obfuscation"];
    expect(adapt(...both)).not.toHaveProperty("stream_options");
    expect(adapt("stream_options", "store")).toEqual({
      ...BODY,
      stream_options: undefined,
      store: undefined,
    });
  });

  it("says the schema in words where none is taken", () => {
    const object = adapt("json_schema");
    expect(object?.response_format).toEqual({ type: "json_object" });
    expect(object?.messages).toHaveLength(2);
    expect(object?.messages[0]?.content).toMatch(/^Be\.\n\n.+JSON Schema:\n\{"type":"object"\}$/s);
    expect(adapt("json_schema", "json_object")).not.toHaveProperty("response_format");
  });
});
