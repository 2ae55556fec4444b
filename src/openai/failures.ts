import type { ProblemCode } from "../http/errors.ts";

/** What went wrong upstream, in our words. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamFault";
  readonly code: ProblemCode;
  /** Worth another call: nothing was said yet, and nothing tells us that it would end the same. */
  readonly transient: boolean;
  readonly retryAfterMs: number | undefined;
  /** The upstream's HTTP status, where it sent one. */
  readonly status: number | undefined;

  constructor(
    code: ProblemCode,
    options: {
      transient?: boolean;
      retryAfterMs?: number | undefined;
      status?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.transient = options.transient ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
  }
}

/** The parts of an OpenAI error body that decide. Their messages may quote the prompt and are not kept. */
export interface ErrorBody {
  readonly code?: unknown;
  readonly type?: unknown;
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

function isQuota({ code, type }: ErrorBody): boolean {
  return code === "insufficient_quota" || type === "insufficient_quota";
}

function isMissingModel({ code }: ErrorBody): boolean {
  return code === "model_not_found" || code === "model_deprecated";
}

/** Codes of the maker's error page that say more than the status does; also sent inside a stream. */
function parseErrorBody(body: ErrorBody): ProblemCode | undefined {
  if (isQuota(body)) return "upstream_quota";
  if (isMissingModel(body)) return "upstream_model_unavailable";
  return undefined;
}

const TRANSIENT_STATUS = new Set([408, 409]);

/** Maps an HTTP error answer (CONTRACT §2's table). */
export function parseErrorResponse(
  status: number,
  body: ErrorBody,
  headers: Headers,
  now: number,
): UpstreamError {
  const named = parseErrorBody(body);
  if (named) return new UpstreamError(named, { status });
  const wait = { status, transient: true, retryAfterMs: retryAfterMs(headers, now) };
  if (status === 429) return new UpstreamError("upstream_rate_limited", wait);
  if (status >= 500 || TRANSIENT_STATUS.has(status)) return new UpstreamError("upstream_error", wait);
  if (status === 401 || status === 403) return new UpstreamError("upstream_auth", { status });
  return new UpstreamError("upstream_rejected", { status });
}

/** An `error` object that came inside a stream whose status was 200. */
export function parseStreamError(body: ErrorBody): UpstreamError {
  const named = parseErrorBody(body);
  if (named) return new UpstreamError(named);
  const limited = body.code === "rate_limit_exceeded" || body.type === "rate_limit_error";
  if (limited) return new UpstreamError("upstream_rate_limited", { transient: true });
  if (body.type === "invalid_request_error") return new UpstreamError("upstream_rejected");
  return new UpstreamError("upstream_error", { transient: true });
}

/** The connection was refused, dropped or never made. */
export function droppedConnection(cause: unknown): UpstreamError {
  return new UpstreamError("upstream_error", { transient: true, cause });
}
