import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";
import type { HeaderName } from "./headers.ts";
import type { SchemaName } from "./schemas.ts";

/** In the order of the page, with what the document says of each. */
export const TAGS = {
  personas: { title: "Personas", description: "Made-up people like a lead, each with a portrait." },
  chat: { title: "Chat", description: "Newton answers, whole or word by word." },
  images: { title: "Portraits", description: "Pictures of personas, made by a model." },
  service: { title: "Service", description: "Whether it lives, and whether it can work." },
  administration: { title: "Administration", description: "For whoever runs the service." },
} as const;

export interface Answer {
  readonly description: string;
  /** JSON of this schema, or another media type, or no body. */
  readonly schema?: SchemaName;
  readonly mediaType?: string;
  /** Beside those that every answer has. */
  readonly headers?: readonly HeaderName[];
}

export interface Route {
  /** What a generated client calls it. */
  readonly operationId: string;
  readonly method: "get" | "head" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: keyof typeof TAGS;
  readonly body?: SchemaName;
  readonly parameters?: readonly Parameter[];
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
  readonly problems: readonly ProblemCode[];
  /** Who may call. */
  readonly access: "user" | "admin" | "anyone";
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly required?: boolean;
  readonly schema: Readonly<Record<string, unknown>>;
}

export const BODY: ProblemCode[] = [
  "invalid_json",
  "invalid_request",
  "unsupported_media_type",
  "payload_too_large",
];
export const ANY: ProblemCode[] = ["invalid_configuration", "internal", "overloaded"];
export const USER: ProblemCode[] = ["unauthorized", ...ANY];
export const KEYED: ProblemCode[] = ["invalid_idempotency_key", "idempotency_key_reused"];
export const RUN = (Object.keys(PROBLEMS) as ProblemCode[]).filter(
  (code) =>
    code.startsWith("upstream_") ||
    code.endsWith("budget_exhausted") ||
    ["rate_limited", "interrupted", "still_running", "model_refusal"].includes(code),
);

export const EVENTS = "text/event-stream";
const text = { type: "string" };
const EVENT_ID = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

export const LAST_EVENT_ID: Parameter[] = [
  {
    name: "Last-Event-ID",
    in: "header",
    description: "The last event that arrived. Wins over `after`.",
    schema: EVENT_ID,
  },
  { name: "after", in: "query", description: "The same, where a header cannot be sent.", schema: EVENT_ID },
];
export const STREAM_ID: Parameter = {
  name: "streamId",
  in: "path",
  required: true,
  description: "From `X-Stream-Id`.",
  schema: { ...text, pattern: "^[0-9a-f]{64}\\.[0-9a-f]{32}$" },
};
export const IDEMPOTENCY_KEY: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "1 to 255 visible ASCII characters, unguessable: a UUID is right. In quotation marks it is the same key. The same " +
    "key is the same request: it joins the first, or gets its answer again.",
  schema: { ...text, minLength: 1, maxLength: 257, pattern: "^[!-~]+$" },
};
export const IF_NONE_MATCH: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "An `ETag` that the caller has (RFC 9110 §13.1.2).",
  schema: text,
};
export const SET_ID: Parameter = {
  name: "setId",
  in: "path",
  required: true,
  description: "From a set.",
  schema: { ...text, pattern: "^[0-9a-f]{32}$" },
};

export const RUN_HEADERS: HeaderName[] = ["Server-Timing", "Idempotency-Replayed"];

/** What resuming a stream answers. */
export const resume = (what: string): Record<string, readonly Answer[]> => ({
  200: [
    { description: `The rest of the ${what}, then what comes`, mediaType: EVENTS, headers: ["X-Stream-Id"] },
  ],
  204: [{ description: "It has ended and there is nothing more" }],
});
