/**
 * Why a connection was given up: `network`, `fetch` failed; `cut`, the body broke off; `silent`, no byte for too
 * long; `malformed`, its events make no sense; `unreadable`, the answer is not a stream; `online`, the network
 * returned; `visible`, the page did; `restored`, it did from the back/forward cache.
 */
export type LossReason =
  | "network"
  | "cut"
  | "silent"
  | "malformed"
  | "unreadable"
  | "online"
  | "visible"
  | "restored";

/** A connection is gone, while the run it was about may well go on. Never leaves this package. */
export class ConnectionLost extends Error {
  declare readonly message: LossReason;

  constructor(reason: LossReason, cause?: unknown) {
    super(reason, { cause });
  }
}
