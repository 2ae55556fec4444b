import { type ConnectionEvent, lossReason } from "./connection-events.ts";
import { AskNewtonError, Lost, unreachable } from "./problem.ts";
import { isOffline, onWake } from "./wake.ts";

export interface ReconnectOptions {
  /** The longest wait before the second try, in milliseconds; it doubles each time. Default 500. */
  readonly baseMs?: number | undefined;
  /** The longest wait of all, in milliseconds. Default 10,000. */
  readonly maxMs?: number | undefined;
  /** How many tries in a row may bring nothing. Default 8. */
  readonly attempts?: number | undefined;
}

// While the browser knows that it is offline a try costs nothing, and a person in a train expects it to go
// on after the tunnel: some forty minutes at the default waits.
const OFFLINE_FACTOR = 60;

/** "Full jitter": anything from nothing to the bound, so that many clients do not come back at once. */
export function backoffMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (failures - 1));
}

/** Waits, no longer than until the page wakes, and tells whether it did. Rejects with the abort's reason. */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      unwatch();
      signal?.removeEventListener("abort", abort);
      settle();
    };
    const abort = () => end(() => reject(signal?.reason));
    const timer = setTimeout(() => end(() => resolve(false)), ms);
    const unwatch = onWake(() => end(() => resolve(true)));
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort);
  });
}

/** Whether the same may be asked again: nothing is known of the run, or nothing bad. */
function isPassing(error: unknown, resuming: boolean): boolean {
  if (!(error instanceof AskNewtonError)) return error instanceof Lost;
  return error.retryable && (resuming || error.code === "bad_response" || error.code === "still_running");
}

export interface Patience {
  /** There was progress: the count begins again. */
  reset(): void;
  /**
   * Waits before another try. Rejects with the error itself where another would not help, or there have been
   * enough. `resuming`: the run is known to be there, so that any passing trouble is worth one.
   */
  survive(error: unknown, resuming: boolean): Promise<void>;
}

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly reconnect?: ReconnectOptions | undefined;
  readonly onEvent?: (event: ConnectionEvent) => void;
}

export function createPatience({ signal, reconnect = {}, onEvent }: PatienceOptions): Patience {
  const { baseMs = 500, maxMs = 10_000, attempts = 8 } = reconnect;
  let failures = 0;
  return {
    reset() {
      failures = 0;
    },
    async survive(error, resuming) {
      signal?.throwIfAborted();
      if (!isPassing(error, resuming)) throw error;
      failures += 1;
      if (failures > attempts * (isOffline() ? OFFLINE_FACTOR : 1)) throw givenUp(error);
      const asked = error instanceof AskNewtonError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      const delayMs = Math.max(backoffMs(failures, baseMs, maxMs, Math.random), Math.min(asked, maxMs));
      onEvent?.({ type: "reconnecting", attempt: failures, delayMs, reason: lossReason(error) });
      if (await pause(delayMs, signal)) failures = 0;
    },
  };
}

/** A loss is this package's own word; what leaves it is a problem. */
export function givenUp(error: unknown): unknown {
  return error instanceof Lost ? unreachable(error) : error;
}
