import { ConnectionLost, type LossReason } from "./connection-lost.ts";
import { onPageActive } from "./page-lifecycle.ts";

export interface ConnectionLimits {
  /** Ends the connection, and everything. */
  readonly signal: AbortSignal;
  /** A silence after which a page that becomes visible takes the connection for lost. Default 15,000. */
  readonly heartbeatMs?: number | undefined;
  /** The longest silence, in milliseconds. Default: two and a half heartbeats. */
  readonly silenceMs?: number | undefined;
}

export type Connection = ReturnType<typeof openConnection>;

/** One request, watched from the first byte that is awaited to the last. */
export function openConnection({
  signal,
  heartbeatMs = 15_000, // the service's own default
  silenceMs = heartbeatMs * 2.5, // one heartbeat may be late, two in a row are not
}: ConnectionLimits) {
  const controller = new AbortController();
  const ended = AbortSignal.any([signal, controller.signal]);
  let since = Date.now();
  const lose = (reason: LossReason) => controller.abort(new ConnectionLost(reason));
  // A new network has none of the old one's connections, even where they have not noticed yet.
  const unsubscribe = onPageActive((change) => {
    if (change !== "visible" || Date.now() - since > heartbeatMs) lose(change);
  });

  return {
    /** For `fetch`. */
    signal: ended,
    /** Rejects with `ConnectionLost` where `work` is silent for too long or the page becomes active again. */
    within<T>(work: Promise<T>): Promise<T> {
      since = Date.now();
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => lose("silent"), silenceMs);
        const abort = () => {
          clearTimeout(timer);
          reject(ended.reason); // before the fetch can, with an error of its own
        };
        ended.onabort = abort;
        if (ended.aborted) abort();
        work.then(resolve, reject).finally(() => clearTimeout(timer));
      });
    },
    /** Drops what is still open. */
    close(): void {
      unsubscribe();
      controller.abort();
    },
  };
}
