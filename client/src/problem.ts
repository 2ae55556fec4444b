import type { FieldError, ProblemBody, ProblemCode, StreamFailure } from "./api-types.ts";

/**
 * What can go wrong on this side: `network`, the service could not be reached, whatever the number of attempts;
 * `bad_response`, something that is not the service answered; `stream_lost`, an answer that had begun cannot
 * be found again.
 */
export type ClientCode = "network" | "bad_response" | "stream_lost";

export interface ErrorFields {
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The service's name for the request, to find it in its log. */
  readonly requestId?: string | undefined;
  /** What is wrong with the body, where `code` is `invalid_request`. */
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** The one error of this package. `message` is for people, `code` for programs. */
export class AskNewtonError extends Error implements ErrorFields {
  declare readonly code: ProblemCode | ClientCode;
  declare readonly status: ErrorFields["status"];
  declare readonly retryable: boolean;
  declare readonly requestId: ErrorFields["requestId"];
  declare readonly errors: ErrorFields["errors"];
  declare readonly retryAfterSeconds: ErrorFields["retryAfterSeconds"];

  constructor(code: ProblemCode | ClientCode, message: string, fields: ErrorFields) {
    super(message);
    Object.assign(this, { name: "AskNewtonError", code }, fields);
  }
}

export function hasCode(error: unknown, ...codes: (ProblemCode | ClientCode)[]): boolean {
  return error instanceof AskNewtonError && codes.includes(error.code);
}

// Of the codes with a status from 500 up: what stays as it is until someone changes it.
const PERMANENT = /config|auth|rejected|unavailable|cached/;

function isRetryable(status: number, code: string): boolean {
  return (status >= 500 || status === 408 || status === 429) && !PERMANENT.test(code);
}

/** Reads an answer that is not a success; `bad_response` where it is not one of the service's problems. */
export async function problemFrom(response: Response): Promise<AskNewtonError> {
  const { status, headers } = response;
  const body: Partial<ProblemBody> | null = await response.json().catch(() => null);
  const given = typeof body?.code === "string" ? body.code : undefined;
  const code = given ?? "bad_response";
  const seconds = Number(headers.get("Retry-After") ?? "-"); // NaN, of a date, too
  return new AskNewtonError(code, (given && body?.detail) || `HTTP ${status}`, {
    status,
    retryable: isRetryable(status, code),
    requestId: headers.get("X-Request-Id") ?? undefined,
    errors: body?.errors,
    retryAfterSeconds: seconds >= 0 ? seconds : undefined,
  });
}

export function failureFrom({ code, message, retryable }: StreamFailure): AskNewtonError {
  return new AskNewtonError(code, message, { retryable });
}

export function streamLost(): AskNewtonError {
  return new AskNewtonError("stream_lost", "The answer is gone.", { retryable: true });
}

export function unreachable(cause?: unknown): AskNewtonError {
  return new AskNewtonError("network", "No connection.", { retryable: true, cause });
}
