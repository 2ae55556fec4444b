import type { Failure } from "../../http/errors.ts";
import type { Payload } from "../sse.ts";

/** Why a run is stopped that is to leave nothing behind. */
export const ERASED = "erased";

export type Outcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: Failure };

export interface RunContext {
  readonly runId: string;
  readonly startedAt: number;
  /** The server died under this run before: its first event is the reset. */
  readonly recovered: boolean;
  /** Aborted when somebody stops the run. */
  readonly signal: AbortSignal;
  /** Adds an event. */
  emit(payload: Payload): void;
  /** Adds the task's reset: what was emitted so far is void. */
  reset(): void;
  /** Whether any reader was sent something that is not void. */
  hasReader(): boolean;
  /** To be called when the upstream has been asked: until then the run is not written down. */
  sent(): void;
  /** What an earlier life of this run saved; undefined in its first. */
  readonly checkpoint: unknown;
  /** Keeps, across the server's death, what the run has spent. JSON. */
  saveCheckpoint(value: unknown): void;
}

/** A run whose server died and that is not begun again. */
export interface Interrupted<I, M> {
  readonly runId: string;
  readonly startedAt: number;
  readonly metadata: M;
  readonly input: I | null;
  readonly checkpoint: unknown;
}

export interface Done<R> {
  readonly result: R;
  /** The event that ends a whole answer. */
  readonly last: Payload;
  readonly stopped?: boolean;
}

/** What a room does in its runs: works from `I`, makes `R`, and keeps `M` of each beside its events. */
export interface RunTask<I, R, M> {
  /** Throws a `Problem` where it fails. */
  perform(input: I, context: RunContext): Promise<Done<R>>;
  /** What the readers are to forget. */
  readonly reset: Payload;
  /** Whether an event is part of the answer, so that a failure after it can no longer be a status. */
  isText(payload: Payload): boolean;
  /** Takes note of a run that has ended with its server. */
  interrupted(run: Interrupted<I, M>): void;
  /** How often a run may be begun; past that a run whose server died ends as `interrupted`. */
  readonly maxAttempts: number;
}
