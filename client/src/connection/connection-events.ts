import { ConnectionLost, type LossReason } from "./connection-lost.ts";

/** The service has answered. */
export interface OpenEvent {
  readonly type: "open";
  /** Undefined where a cache answered. */
  readonly streamId: string | undefined;
  readonly requestId: string | undefined;
  /** RFC 9211: where a set of personas came from. */
  readonly cacheStatus: string | undefined;
  /** An earlier answer to the same request is shown again. */
  readonly replayed: boolean;
}

/** What happens to a connection, for a page that wants to show it. */
export type ConnectionEvent =
  | OpenEvent
  /** The connection is lost; the next attempt is `delayMs` away. */
  | {
      readonly type: "reconnecting";
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: LossReason | "refused";
    }
  | { readonly type: "resumed"; readonly streamId: string; readonly lastEventId: number }
  /** No stream gets through: the whole answer is awaited instead. */
  | { readonly type: "fallback" };

export function openEvent({ headers }: Response): OpenEvent {
  const header = (name: string) => headers.get(name) ?? undefined;
  return {
    type: "open",
    streamId: header("X-Stream-Id"),
    requestId: header("X-Request-Id"),
    cacheStatus: header("Cache-Status"),
    replayed: header("Idempotency-Replayed") === "true",
  };
}

export function lossReason(error: unknown): LossReason | "refused" {
  return error instanceof ConnectionLost ? error.message : "refused";
}
