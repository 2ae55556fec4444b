import { AskNewtonError, hasCode, unreachable } from "../problem.ts";
import { type ConnectionEvent, lossReason } from "./connection-events.ts";
import { ConnectionLost } from "./connection-lost.ts";
import { isOffline, onPageActive } from "./page-lifecycle.ts";

export interface ReconnectOptions {
  /** The longest wait before the second attempt, in milliseconds; it doubles each time. Default 500. */
  readonly baseMs?: number | undefined;
  /** The longest wait of all, in milliseconds. Default 10,000. */
  readonly maxMs?: number | undefined;
  /** How many attempts in a row may bring nothing. Default 8. */
  readonly attempts?: number | undefined;
}

// While the browser knows that it is offline an attempt costs nothing, and a person in a train expects it to go
// on after the tunnel: some forty minutes at the default waits.
const OFFLINE_FACTOR = 60;

/** "Full jitter": anything from nothing to the bound, so that many clients do not come back at once. */
export function backoffMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (failures - 1));
}

/**
 * Waits, no longer than until the page becomes active again, and resolves with whether it did. Rejects with
 * the abort's reason.
 */
export function delay(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (active: boolean) => {
      clearTimeout(timer);
      unsubscribe();
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted) reject(signal.reason);
      else resolve(active);
    };
    const abort = () => end(false);
    const timer = setTimeout(abort, ms);
    const unsubscribe = onPageActive(() => end(true));
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
  });
}

/** Whether the same request may be sent again: nothing is known of the run, or nothing bad. */
function isTransient(error: unknown, resuming: boolean): boolean {
  if (!(error instanceof AskNewtonError)) return error instanceof ConnectionLost;
  return error.retryable && (resuming || hasCode(error, "bad_response", "still_running"));
}

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

export function createRetry({ signal, reconnect = {}, onEvent }: RetryOptions) {
  const { baseMs = 500, maxMs = 10_000, attempts = 8 } = reconnect;
  let failures = 0;
  return {
    /** There was progress: the count begins again. */
    reset(): void {
      failures = 0;
    },
    /**
     * Waits before another attempt. Rejects with the error, as a problem, where another would not help, or
     * there have been enough. `resuming`: the run is known to be there, so that any transient error is worth one.
     */
    async backOff(error: unknown, resuming: boolean): Promise<void> {
      signal?.throwIfAborted();
      if (!isTransient(error, resuming)) throw error;
      failures += 1;
      if (failures > attempts * (isOffline() ? OFFLINE_FACTOR : 1)) throw toProblem(error);
      const wantedMs = error instanceof AskNewtonError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      const delayMs = Math.max(backoffMs(failures, baseMs, maxMs, Math.random), Math.min(wantedMs, maxMs));
      onEvent?.({ type: "reconnecting", attempt: failures, delayMs, reason: lossReason(error) });
      if (await delay(delayMs, signal)) failures = 0;
    },
  };
}

/** A lost connection as the problem that callers see; anything else as it is. */
export function toProblem(error: unknown): unknown {
  return error instanceof ConnectionLost ? unreachable(error) : error;
}
