import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";

/** A text, where `schema` says nothing else. */
const header = (description: string, schema: object = { type: "string" }) => ({ description, schema });
const matching = (description: string, pattern: string) => header(description, { type: "string", pattern });

/** The headers of answers that a caller may want to read, by name. */
export const HEADERS = {
  "X-Request-Id": {
    required: true,
    ...matching(
      "The caller's own id where it sent a valid one, or else a new one. In the log, too.",
      "^[A-Za-z0-9._-]{1,128}$",
    ),
  },
  "Cache-Control": header(
    "Whether, for how long and by whom it may be kept; an answer with personal data by nobody else.",
  ),
  "X-Stream-Id": matching(
    "Under which the stream is resumed, and a chat is stopped.",
    "^[0-9a-f]{64}\\.[0-9a-f]{32}$",
  ),
  "Cache-Status": matching(
    "RFC 9211: the tier that answered, or `fwd` where none did.",
    "^asknewton(-(memory|edge|d1|log); hit|; fwd=(miss|request)(; collapsed)?)$",
  ),
  "Idempotency-Replayed": header("There where the answer is the first one's again.", { const: "true" }),
  "Retry-After": matching("Whole seconds, where it is known when to come back.", "^[1-9]\\d*$"),
  "Server-Timing": header("Where the time went, in milliseconds."),
  ETag: matching("For `If-None-Match`.", '^"[^"]+"$'),
  "X-Image-Status": header("The state of the portrait.", { enum: ["pending", "ready", "failed"] }),
  "Content-Range": matching("RFC 9110 §14.4.", "^bytes "),
  "WWW-Authenticate": matching("RFC 6750 §3.", "^Bearer "),
} as const;

export type HeaderName = keyof typeof HEADERS;

/** Of a refusal as of an answer: a run's failure says where the time went, too. */
const OF_FAILURES: readonly HeaderName[] = ["Cache-Status", "Server-Timing"];

/** What a route's problems of one status may carry, `answered` being what its answers do. */
export function headersOfProblems(
  codes: readonly ProblemCode[],
  answered: readonly HeaderName[],
): HeaderName[] {
  const retryable = codes.some((code) => PROBLEMS[code].retryable);
  return [
    ...answered.filter((name) => OF_FAILURES.includes(name)),
    ...(retryable ? (["Retry-After"] as const) : []),
    ...(codes.includes("unauthorized") ? (["WWW-Authenticate"] as const) : []),
  ];
}

/** References to the headers' descriptions; every answer has a request id, and may say how it is kept. */
export function headerRefs(names: readonly HeaderName[]): Record<string, { $ref: string }> {
  const all = new Set<HeaderName>(["X-Request-Id", "Cache-Control", ...names]);
  return Object.fromEntries([...all].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
