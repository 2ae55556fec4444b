import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";
import type { HeaderName } from "./headers.ts";
import type { SchemaName } from "./schemas.ts";

export interface Answer {
  readonly description: string;
  /** JSON of this schema, or another media type, or no body. */
  readonly schema?: SchemaName;
  readonly mediaType?: string;
  /** Beside the request id. */
  readonly headers?: readonly HeaderName[];
}

export interface Route {
  readonly method: "get" | "head" | "post" | "delete";
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: "personas" | "images" | "chat" | "administration" | "service";
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
  readonly schema?: Readonly<Record<string, unknown>>;
}

const BODY: ProblemCode[] = [
  "invalid_json",
  "invalid_request",
  "unsupported_media_type",
  "payload_too_large",
];
const ANY: ProblemCode[] = ["invalid_configuration", "internal", "overloaded"];
const USER: ProblemCode[] = ["unauthorized", ...ANY];
const KEYED: ProblemCode[] = ["invalid_idempotency_key", "idempotency_key_reused"];
const RUN = (Object.keys(PROBLEMS) as ProblemCode[]).filter(
  (code) =>
    code.startsWith("upstream_") ||
    ["rate_limited", "interrupted", "still_running", "budget_exhausted", "caller_budget_exhausted"].includes(
      code,
    ),
);

const EVENTS = "text/event-stream";
const LAST_EVENT_ID: Parameter[] = [
  { name: "Last-Event-ID", in: "header", description: "The last event that arrived. Wins over `after`." },
  { name: "after", in: "query", description: "The same, where a header cannot be sent." },
];
const STREAM_ID: Parameter = {
  name: "streamId",
  in: "path",
  required: true,
  description: "From `X-Stream-Id`.",
  schema: { type: "string", pattern: "^[0-9a-f]{64}\\.[0-9a-f]{32}$" },
};
const IDEMPOTENCY_KEY: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description:
    "1 to 255 visible ASCII characters, unguessable: a UUID is right. The same key is the same request.",
};
const SET_ID: Parameter = {
  name: "setId",
  in: "path",
  required: true,
  description: "From a set.",
  schema: { type: "string", pattern: "^[0-9a-f]{32}$" },
};
const JOB_ID: Parameter = {
  name: "jobId",
  in: "path",
  required: true,
  description: "From the answer that took the job.",
  schema: { type: "string" },
};
const DAYS: Parameter = {
  name: "days",
  in: "query",
  description: "UTC days, today the last.",
  schema: { type: "integer", minimum: 1, maximum: 90, default: 7 },
};
const RUN_HEADERS: HeaderName[] = ["Server-Timing", "Idempotency-Replayed"];
const SET_HEADERS: HeaderName[] = ["Cache-Status", ...RUN_HEADERS];
const resume = (what: string): Record<string, readonly Answer[]> => ({
  200: [
    { description: `The rest of the ${what}, then what comes`, mediaType: EVENTS, headers: ["X-Stream-Id"] },
  ],
  204: [{ description: "It has ended and there is nothing more" }],
});

const IMAGE_KEY: Parameter = {
  name: "key",
  in: "path",
  required: true,
  description: "From `imageUrl`.",
  schema: { type: "string", pattern: "^[0-9a-f]{64}$" },
};
const WIDTH: Parameter = {
  name: "width",
  in: "query",
  description: "The smallest kept size that is at least so many pixels wide, or the original where none is.",
  schema: { type: "integer", minimum: 1, maximum: 4096 },
};
const PICTURE_HEADERS: HeaderName[] = ["X-Image-Status", "ETag"];

const PICTURE: Answer[] = [
  { description: "The picture", mediaType: "image/*", headers: PICTURE_HEADERS },
  { description: "A placeholder", mediaType: "image/svg+xml", headers: ["X-Image-Status"] },
];

export const ROUTES: readonly Route[] = [
  {
    method: "post",
    path: "/api/personas/generate",
    tag: "personas",
    access: "user",
    body: "GenerateRequest",
    summary: "Personas for a lead",
    description:
      "Equal inputs for the same person are answered from a cache. With `Accept: text/event-stream` each persona " +
      'comes as `data: {"id":1,"persona":{…}}` the moment it is finished, then `data: {"id":4,"done":true,…}`.',
    parameters: [
      IDEMPOTENCY_KEY,
      {
        name: "Cache-Control",
        in: "header",
        description: "`no-cache` makes the set anew; `only-if-cached` never makes one.",
      },
    ],
    answers: {
      200: [
        { description: "The set", schema: "PersonaSet", headers: SET_HEADERS },
        {
          description: "The set as it is made",
          mediaType: EVENTS,
          headers: [...SET_HEADERS, "X-Stream-Id"],
        },
      ],
    },
    problems: [...BODY, ...KEYED, ...USER, ...RUN, "model_refusal", "not_cached"],
  },
  {
    method: "get",
    path: "/api/personas/generations/{streamId}",
    tag: "personas",
    access: "user",
    summary: "Resume a stream of personas",
    parameters: [STREAM_ID, ...LAST_EVENT_ID],
    answers: resume("stream"),
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    method: "get",
    path: "/api/personas/{setId}",
    tag: "personas",
    access: "user",
    summary: "A set, with today's state of its portraits",
    parameters: [SET_ID],
    answers: {
      200: [{ description: "The set", schema: "PersonaSet", headers: ["ETag"] }],
      304: [{ description: "`If-None-Match` has it", headers: ["ETag"] }],
    },
    problems: ["not_found", ...USER],
  },
  {
    method: "get",
    path: "/images/{key}",
    tag: "images",
    access: "anyone",
    summary: "A portrait, or its placeholder",
    parameters: [IMAGE_KEY, WIDTH],
    answers: {
      200: PICTURE,
      206: [
        {
          description: "A `Range` of the picture",
          mediaType: "image/*",
          headers: [...PICTURE_HEADERS, "Content-Range"],
        },
      ],
      304: [{ description: "`If-None-Match` has it", headers: PICTURE_HEADERS }],
      416: [{ description: "No such range", headers: ["Content-Range"] }],
    },
    problems: ["invalid_request", "not_found", ...ANY],
  },
  {
    method: "head",
    path: "/images/{key}",
    tag: "images",
    access: "anyone",
    summary: "What GET would say of a portrait, without the picture",
    parameters: [IMAGE_KEY, WIDTH],
    answers: {
      200: PICTURE,
      304: [{ description: "`If-None-Match` has it", headers: PICTURE_HEADERS }],
    },
    problems: ["invalid_request", "not_found", ...ANY],
  },
  {
    method: "post",
    path: "/api/chat",
    tag: "chat",
    access: "user",
    body: "ChatRequest",
    summary: "Newton's answer, whole",
    parameters: [IDEMPOTENCY_KEY],
    answers: { 200: [{ description: "The answer", schema: "ChatAnswer", headers: RUN_HEADERS }] },
    problems: [...BODY, ...KEYED, ...USER, ...RUN, "persona_not_found"],
  },
  {
    method: "post",
    path: "/api/chat/stream",
    tag: "chat",
    access: "user",
    body: "ChatRequest",
    summary: "Newton's answer as it is written",
    description:
      '`data: {"id":1,"content":"Hel"}` for text, then `data: {"id":9,"done":true,"finishReason":"stop","usage":{…}}`, or ' +
      '`data: {"id":9,"error":{"code","message","retryable"}}` where the upstream fails in the middle.',
    parameters: [IDEMPOTENCY_KEY],
    answers: {
      200: [{ description: "The stream", mediaType: EVENTS, headers: [...RUN_HEADERS, "X-Stream-Id"] }],
    },
    problems: [...BODY, ...KEYED, ...USER, ...RUN, "persona_not_found"],
  },
  {
    method: "get",
    path: "/api/chat/streams/{streamId}",
    tag: "chat",
    access: "user",
    summary: "Resume an answer",
    parameters: [STREAM_ID, ...LAST_EVENT_ID],
    answers: resume("answer"),
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    method: "delete",
    path: "/api/chat/streams/{streamId}",
    tag: "chat",
    access: "user",
    summary: "Stop an answer, and the model with it",
    parameters: [STREAM_ID],
    answers: { 204: [{ description: "Stopped, or over already" }] },
    problems: ["not_found", ...USER],
  },
  {
    method: "delete",
    path: "/api/chat/streams",
    tag: "chat",
    access: "user",
    summary: "Stop a send whose stream's id is not known yet",
    parameters: [{ ...IDEMPOTENCY_KEY, required: true }],
    answers: { 204: [{ description: "Stopped; or, within a minute, as soon as it arrives" }] },
    problems: ["invalid_idempotency_key", ...USER],
  },
  {
    method: "get",
    path: "/api/health",
    tag: "service",
    access: "anyone",
    summary: "Whether it lives",
    answers: { 200: [{ description: "It does", schema: "Health" }] },
    problems: ANY,
  },
  {
    method: "get",
    path: "/api/ready",
    tag: "service",
    access: "anyone",
    summary: "Whether it can work",
    answers: {
      200: [{ description: "It can", schema: "Readiness" }],
      503: [{ description: "It cannot", schema: "Readiness" }],
    },
    problems: ["internal", "overloaded"],
  },
  {
    method: "get",
    path: "/api/admin/stats",
    tag: "administration",
    access: "admin",
    summary: "What was asked, spent and saved",
    parameters: [DAYS],
    answers: { 200: [{ description: "By day, and in all", schema: "Stats" }] },
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    method: "get",
    path: "/api/admin/audit",
    tag: "administration",
    access: "admin",
    summary: "What the administration did",
    parameters: [DAYS],
    answers: { 200: [{ description: "Every call but reads, newest first", schema: "Audit" }] },
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    method: "get",
    path: "/api/admin/metrics",
    tag: "administration",
    access: "admin",
    summary: "The figures for Prometheus",
    answers: { 200: [{ description: "Of today, and of all days kept", mediaType: "text/plain" }] },
    problems: ["not_found", ...USER],
  },
  {
    method: "post",
    path: "/api/admin/pregenerate",
    tag: "administration",
    access: "admin",
    body: "PregenerateRequest",
    summary: "Have sets and portraits made before a visitor asks",
    answers: { 202: [{ description: "Taken", schema: "PregenerateAnswer" }] },
    problems: [...BODY, "not_found", "upstream_not_configured", ...USER],
  },
  {
    method: "get",
    path: "/api/admin/pregenerate/{jobId}",
    tag: "administration",
    access: "admin",
    summary: "How far a job is",
    parameters: [JOB_ID],
    answers: { 200: [{ description: "The job", schema: "PregenerateJob" }] },
    problems: ["not_found", ...USER],
  },
  {
    method: "delete",
    path: "/api/admin/pregenerate/{jobId}",
    tag: "administration",
    access: "admin",
    summary: "Cancel a job: what has not begun is not begun, what is finished is kept",
    parameters: [JOB_ID],
    answers: { 204: [{ description: "Cancelled, or at its end already" }] },
    problems: ["not_found", ...USER],
  },
  {
    method: "delete",
    path: "/api/admin/personas/{setId}",
    tag: "administration",
    access: "admin",
    summary: "Forget a set",
    parameters: [SET_ID],
    answers: { 204: [{ description: "Forgotten" }] },
    problems: ["not_found", ...USER],
  },
  {
    method: "post",
    path: "/api/admin/erase",
    tag: "administration",
    access: "admin",
    body: "EraseRequest",
    summary: "Erase all that is kept of a person",
    answers: { 200: [{ description: "What was erased, and what remains where", schema: "EraseAnswer" }] },
    problems: [...BODY, "not_found", ...USER],
  },
];
