export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** A text, where `schema` says nothing else. */
export function parameter(
  place: Parameter["in"],
  name: string,
  description: string,
  schema: Parameter["schema"] = {},
): Parameter {
  const required = place === "path" && { required: true };
  return { name, in: place, description, ...required, schema: { type: "string", ...schema } };
}

export const EVENTS = "text/event-stream";
export const SET_ID = parameter("path", "setId", "From a set.", { pattern: "^[0-9a-f]{32}$" });
export const STREAM_ID = parameter("path", "streamId", "From `X-Stream-Id`.", {
  pattern: "^[0-9a-f]{64}\\.[0-9a-f]{32}$",
});
export const IDEMPOTENCY_KEY = parameter(
  "header",
  "Idempotency-Key",
  "1 to 255 visible ASCII characters, unguessable: a UUID is right. In quotation marks it is the same key. The same " +
    "key is the same request: it joins the first, or gets its answer again.",
  { minLength: 1, maxLength: 257, pattern: "^[!-~]+$" },
);
export const IF_NONE_MATCH = parameter(
  "header",
  "If-None-Match",
  "An `ETag` that the caller has (RFC 9110 §13.1.2).",
);
export const NOT_CHANGED = "`If-None-Match` has it";
