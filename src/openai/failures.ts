import type { ProblemCode } from "../http/errors.ts";
import { type ErrorFacts, MODERATION_CODES, readError } from "./shapes/error-shape.ts";
import { refusedParameters } from "./shapes/refused-parameters.ts";

/** What went wrong upstream, in our words. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly code: ProblemCode;
  /** Worth another call: nothing was said yet, and nothing tells us that it would end the same. */
  readonly transient: boolean;
  readonly retryAfterMs: number | undefined;
  /** The upstream's HTTP status, where it sent one. */
  readonly status: number | undefined;
  /** The parameters that the upstream would not take, where it named them. */
  readonly refused: readonly string[];

  constructor(
    code: ProblemCode,
    options: {
      transient?: boolean;
      retryAfterMs?: number | undefined;
      status?: number | undefined;
      refused?: readonly string[];
      cause?: unknown;
    } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.transient = options.transient ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.refused = options.refused ?? [];
  }
}

/** RFC 9110 §5.6.7; anything else that Date.parse takes is not meant as a date. */
const HTTP_DATE = /^[A-Z][a-z]+, .* GMT$/;
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3), or OpenAI's `retry-after-ms`. Milliseconds. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const precise = headers.get("retry-after-ms")?.trim();
  const plain = headers.get("retry-after")?.trim();
  let ms = Number.NaN;
  if (precise && /^\d+(\.\d+)?$/.test(precise)) ms = Number(precise);
  else if (plain && /^\d+(\.\d+)?$/.test(plain)) ms = Number(plain) * 1000;
  else if (plain && HTTP_DATE.test(plain)) ms = Math.max(0, Date.parse(plain) - now);
  return Number.isFinite(ms) ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}

const QUOTA = "insufficient_quota";
/** Codes and types of the maker's and of compatible servers. */
const MISSING_MODEL = new Set([
  "model_not_found",
  "model_deprecated",
  "model_decommissioned",
  "invalid_model",
  "DeploymentNotFound",
]);
/** "model 'x' not found, try pulling it first", "The model `x` does not exist.", "x is not a valid model ID". */
const MISSING_MODEL_WORDS = /\bmodel\b.{0,200}(not found|does not exist)|not a valid model\b/is;
const MAY_MISS_MODEL = new Set([400, 404]);
/** The statuses under which a parameter may be refused. */
const REFUSALS = new Set([400, 404, 422]);
const TRANSIENT_STATUS = new Set([408, 409]);

/** What says more than the status does; also sent inside a stream. */
function specificCode({ code, type, message }: ErrorFacts, status: number | undefined) {
  if (MODERATION_CODES.has(code)) return "model_refusal";
  if (status === 402 || code === QUOTA || type === QUOTA) return "upstream_quota";
  const missing = MISSING_MODEL.has(code) || MISSING_MODEL.has(type);
  const said = MAY_MISS_MODEL.has(status ?? 0) && MISSING_MODEL_WORDS.test(message);
  return missing || said ? "upstream_model_unavailable" : undefined;
}

/** Maps an HTTP error answer, whatever its body (CONTRACT §2's table). */
export function parseErrorResponse(
  status: number,
  body: unknown,
  headers: Headers,
  now: number,
): UpstreamError {
  const specific = specificCode(readError(body), status);
  if (specific) return new UpstreamError(specific, { status });
  const wait = { status, transient: true, retryAfterMs: retryAfterMs(headers, now) };
  if (status === 429) return new UpstreamError("upstream_rate_limited", wait);
  if (status >= 500 || TRANSIENT_STATUS.has(status)) return new UpstreamError("upstream_error", wait);
  if (status === 401 || status === 403) return new UpstreamError("upstream_auth", { status });
  const refused = REFUSALS.has(status) ? refusedParameters(body) : [];
  return new UpstreamError("upstream_rejected", { status, refused });
}

const NO_HEADERS = new Headers();

/** An error that came where an answer should: read like the status that it names. */
export function parseStreamError(body: unknown): UpstreamError {
  const facts = readError(body);
  if (facts.status !== undefined) return parseErrorResponse(facts.status, body, NO_HEADERS, 0);
  const specific = specificCode(facts, undefined);
  if (specific) return new UpstreamError(specific);
  return new UpstreamError("upstream_error", { transient: true });
}

/** The connection was refused, dropped or never made. */
export function droppedConnection(cause: unknown): UpstreamError {
  return new UpstreamError("upstream_error", { transient: true, cause });
}
