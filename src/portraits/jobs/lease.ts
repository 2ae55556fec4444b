import { utcDay } from "../../budget/guard.ts";

/** The longest delay between two attempts, unless a `Retry-After` is longer. Milliseconds. */
const MAX_DELAY_MS = 15 * 60_000;

export function nextUtcDay(now: number): number {
  return Date.parse(utcDay(now)) + 86_400_000;
}

export interface Attempted {
  /** Upstream calls so far, this one among them. */
  readonly attempts: number;
  /** Whether no other is to follow, whatever is left. */
  readonly final: boolean;
  /** The problem's code. */
  readonly code: string;
  /** What the upstream asked for. Milliseconds. */
  readonly retryAfterMs: number | undefined;
}

export interface RetryRule {
  readonly maxAttempts: number;
  readonly baseMs: number;
}

export type Verdict =
  | { readonly kind: "retry"; readonly dueAt: number; readonly code: string }
  | { readonly kind: "fail"; readonly code: string };

/**
 * What becomes of a portrait whose attempt failed. A moderation refusal (`model_refusal`) is final: the same
 * prompt would be refused again. Anything else is tried again after a delay that doubles with each attempt,
 * or after the upstream's `Retry-After` where that is longer.
 */
export function afterFailure(
  { attempts, final, code, retryAfterMs = 0 }: Attempted,
  { maxAttempts, baseMs }: RetryRule,
  now: number,
): Verdict {
  if (final || code === "model_refusal" || attempts >= maxAttempts) return { kind: "fail", code };
  const backoff = Math.min(baseMs * 2 ** (attempts - 1), MAX_DELAY_MS);
  return { kind: "retry", code, dueAt: now + Math.max(backoff, retryAfterMs) };
}
