import { Lost } from "./problem.ts";
import { onWake } from "./wake.ts";

export interface WatchOptions {
  /** Ends the connection, and everything. */
  readonly signal: AbortSignal;
  /** The longest silence, in milliseconds. */
  readonly silenceMs: number;
  /** A silence after which a page that wakes does not trust the connection any more, in milliseconds. */
  readonly doubtMs: number;
}

/** One request, watched from the first byte that is awaited to the last. */
export interface Connection {
  /** For `fetch`. */
  readonly signal: AbortSignal;
  /** Rejects with `Lost` where `work` is silent for too long or the page wakes, whatever becomes of `work`. */
  within<T>(work: Promise<T>): Promise<T>;
  /** Drops what is still open. */
  close(): void;
}

export function openConnection({ signal, silenceMs, doubtMs }: WatchOptions): Connection {
  const controller = new AbortController();
  let since = Date.now();
  let fail: (reason: unknown) => void = () => {};

  function end(reason: unknown): void {
    fail(reason); // before the fetch can reject with a word of its own
    controller.abort(reason);
  }
  const abort = () => end(signal.reason);
  // A new network has none of the old one's connections, even where they have not noticed yet.
  const unwatch = onWake((wake) => {
    if (wake === "online" || Date.now() - since > doubtMs) end(new Lost("woken"));
  });
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);

  return {
    signal: controller.signal,
    within<T>(work: Promise<T>) {
      since = Date.now();
      return new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => end(new Lost("silent")), silenceMs);
        fail = (reason) => {
          clearTimeout(timer);
          reject(reason);
        };
        work.then((value) => {
          clearTimeout(timer);
          resolve(value);
        }, fail);
        if (controller.signal.aborted) fail(controller.signal.reason);
      });
    },
    close() {
      unwatch();
      signal.removeEventListener("abort", abort);
      controller.abort();
    },
  };
}
