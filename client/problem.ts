import type { FieldError, ProblemBody, ProblemCode, StreamFailure } from "./wire.ts";

/**
 * What can go wrong on this side: `network`, the service could not be reached, however often it was tried;
 * `bad_response`, something that is not the service answered; `stream_lost`, an answer that had begun cannot
 * be found again.
 */
export type ClientCode = "network" | "bad_response" | "stream_lost";

export interface ErrorFacts {
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
export class AskNewtonError extends Error implements ErrorFacts {
  readonly code: ProblemCode | ClientCode;
  declare readonly status: ErrorFacts["status"];
  declare readonly retryable: boolean;
  declare readonly requestId: ErrorFacts["requestId"];
  declare readonly errors: ErrorFacts["errors"];
  declare readonly retryAfterSeconds: ErrorFacts["retryAfterSeconds"];

  constructor(code: ProblemCode | ClientCode, message: string, facts: ErrorFacts) {
    super(message);
    this.name = "AskNewtonError";
    this.code = code;
    Object.assign(this, facts);
  }
}

// Of the codes with a status from 500 up: what stays as it is until someone changes it.
const LASTING = /config|auth|rejected|unavailable|cached/;

function isRetryable(status: number, code: string): boolean {
  return (status >= 500 || status === 408 || status === 429) && !LASTING.test(code);
}

/** Reads an answer that is not a success; `bad_response` where it is not one of the service's problems. */
export async function problemFrom(response: Response): Promise<AskNewtonError> {
  const { status, headers } = response;
  const body: Partial<ProblemBody> | null = await response.json().catch(() => null);
  const spoken = typeof body?.code === "string" ? body.code : undefined;
  const code = spoken ?? "bad_response";
  const seconds = Number(headers.get("Retry-After") ?? Number.NaN); // of a date, NaN too
  return new AskNewtonError(code, (spoken && body?.detail) || `HTTP ${status}`, {
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
  return new AskNewtonError("stream_lost", "The rest of the answer is gone.", { retryable: true });
}

export function unreachable(cause?: unknown): AskNewtonError {
  return new AskNewtonError("network", "The service cannot be reached.", { retryable: true, cause });
}

export type LossReason = "network" | "cut" | "garbled" | "silent" | "unreadable" | "woken";

/**
 * A connection that is gone, while what it was about may well go on. Never leaves this package:
 * `unreadable` is an answer that is not a stream, `woken` one given up because the page woke or the network
 * returned, `garbled` one whose events make no sense.
 */
export class Lost extends Error {
  declare readonly message: LossReason;

  constructor(reason: LossReason, cause?: unknown) {
    super(reason, { cause });
  }
}
