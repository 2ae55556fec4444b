/**
 * The closed set of problem codes (CONTRACT §2): the status each answers with, its title, and whether the
 * same request may succeed later (`retryable`, told to readers of a stream).
 */
export const PROBLEMS = {
  invalid_json: { status: 400, title: "The body is not JSON", retryable: false },
  invalid_request: { status: 400, title: "The request does not validate", retryable: false },
  invalid_idempotency_key: { status: 400, title: "The Idempotency-Key is malformed", retryable: false },
  unauthorized: { status: 401, title: "A valid bearer token is needed", retryable: false },
  not_found: { status: 404, title: "There is nothing here", retryable: false },
  persona_not_found: { status: 404, title: "There is no such persona", retryable: false },
  method_not_allowed: { status: 405, title: "The method is not allowed here", retryable: false },
  payload_too_large: { status: 413, title: "The body is too large", retryable: false },
  unsupported_media_type: { status: 415, title: "The body must be application/json", retryable: false },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key was used with another body",
    retryable: false,
  },
  model_refusal: { status: 422, title: "The model declined to answer", retryable: false },
  rate_limited: { status: 429, title: "Too many requests", retryable: true },
  caller_budget_exhausted: { status: 429, title: "Your budget of today is spent", retryable: true },
  internal: { status: 500, title: "Something went wrong here", retryable: true },
  invalid_configuration: { status: 500, title: "The service is not configured correctly", retryable: false },
  interrupted: { status: 502, title: "The server died during the answer", retryable: true },
  upstream_auth: { status: 502, title: "The model service refused our credentials", retryable: false },
  upstream_rejected: { status: 502, title: "The model service rejected the request", retryable: false },
  upstream_model_unavailable: { status: 502, title: "The model is not available", retryable: false },
  upstream_error: { status: 502, title: "The model service failed", retryable: true },
  upstream_incomplete: { status: 502, title: "The model's answer was cut off on its way", retryable: true },
  upstream_invalid_output: { status: 502, title: "The model's answer was not usable", retryable: true },
  overloaded: { status: 503, title: "The service is overloaded", retryable: true },
  budget_exhausted: { status: 503, title: "Today's budget is spent", retryable: true },
  upstream_not_configured: { status: 503, title: "No model service is configured", retryable: false },
  upstream_quota: { status: 503, title: "The model service's quota is exhausted", retryable: true },
  upstream_rate_limited: { status: 503, title: "The model service is busy", retryable: true },
  not_cached: { status: 504, title: "The answer is not cached", retryable: false },
  still_running: { status: 504, title: "The answer is still being made", retryable: true },
  upstream_timeout: { status: 504, title: "The model service took too long", retryable: true },
} as const satisfies Record<string, { status: number; title: string; retryable: boolean }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One error in a body; `path` is a JSON Pointer (RFC 6901). */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface Failure {
  readonly code: ProblemCode;
  /** For people; never holds input, keys or another system's message. */
  readonly detail?: string;
  /** Whole seconds, sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

export interface ProblemOptions extends Omit<Failure, "code"> {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Reaches the log alone. */
  readonly cause?: unknown;
}

/** Thrown by handlers; `app.onError` turns it into an RFC 9457 answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}

/** The `application/problem+json` answer (RFC 9457). */
export function problemResponse(
  code: ProblemCode,
  requestId: string,
  options: ProblemOptions = {},
): Response {
  const { status, title } = PROBLEMS[code];
  const { detail = `${title}.`, errors, retryAfterSeconds } = options;
  const body = { type: `/docs#${code}`, title, status, code, detail, requestId, ...(errors && { errors }) };
  const headers = new Headers(options.headers);
  headers.set("Content-Type", "application/problem+json");
  headers.set("Cache-Control", "no-store");
  if (retryAfterSeconds !== undefined) headers.set("Retry-After", String(retryAfterSeconds));
  return new Response(JSON.stringify(body), { status, headers });
}

/** What a stream's `error` event carries. */
export function errorEvent({ code, detail }: Failure) {
  const { title, retryable } = PROBLEMS[code];
  return { error: { code, message: detail ?? `${title}.`, retryable } };
}
