import { errorEvent, type Failure, Problem } from "../http/errors.ts";
import { describeError, log as logLine } from "../log.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { createRecorder, ID_HEADROOM } from "./recorder.ts";
import type { RunRecord, RunStore } from "./run-store.ts";
import type { Payload } from "./sse.ts";

export type Outcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: Failure };

/** One paid piece of upstream work, while it is in memory. */
export interface Run<R> {
  readonly id: string;
  readonly startedAt: number;
  readonly log: EventLog;
  /** Resolves once, when the run has settled and its log is closed. Never rejects. */
  readonly settled: Promise<Outcome<R>>;
  /** Undefined while it runs. */
  readonly endedAt: number | undefined;
  /** The highest event id that any reader was sent. */
  sentUpTo: number;
}

export interface WorkContext {
  readonly runId: string;
  readonly startedAt: number;
  /** The server died under this run before. */
  readonly revived: boolean;
  /** Adds an event and gives its id. */
  emit(payload: Payload): number;
  /** The highest event id that any reader was sent. */
  sentUpTo(): number;
}

export interface Work<I, R> {
  /** Throws a `Problem` where it fails. `last` is the event that ends a whole answer. */
  perform(input: I, context: WorkContext): Promise<{ readonly result: R; readonly last: Payload }>;
  /** The first event after a restart: what the readers are to forget. */
  readonly reset: Payload;
  /** How often a run may be begun; past that a run whose server died ends as `interrupted`. */
  readonly maxStarts: number;
}

export interface RunnerOptions<I, R> {
  readonly store: RunStore;
  readonly work: Work<I, R>;
  readonly now: () => number;
  /** Milliseconds a settled run is kept. */
  readonly keepMs: number;
  /** Keeps the object alive while a run has upstream work under way. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export interface Runner<I, R> {
  start(input: I): Run<R>;
  /** Goes on with a run that an earlier life of this object began. */
  revive(record: RunRecord): Run<R>;
}

/** 128 random bits in hex. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Problem)) {
    logLine.error("run.failed", describeError(error));
    return { code: "internal" };
  }
  const { detail, retryAfterSeconds } = error.options;
  return {
    code: error.code,
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

interface Launch<I> {
  readonly id: string;
  readonly startedAt: number;
  readonly log: EventLog;
  /** The id of the first event to come, where it leaves a gap. */
  readonly firstId?: number;
  /** Gives the input, or throws where the run is not to be begun. */
  readonly begin: (emit: (payload: Payload) => number) => I;
}

export function createRunner<I, R>({
  store,
  work,
  now,
  keepMs,
  waitUntil,
}: RunnerOptions<I, R>): Runner<I, R> {
  function launch({ id, startedAt, log, firstId, begin }: Launch<I>): Run<R> {
    const recorder = createRecorder(id, log, store);
    const { promise: settled, resolve } = Promise.withResolvers<Outcome<R>>();
    let nextId = firstId;
    let endedAt: number | undefined;

    function emit(payload: Payload): number {
      const entry = log.append(payload, nextId);
      nextId = undefined;
      recorder.note(entry);
      return entry.id;
    }

    /** Readers and callers first: what was paid for reaches them even where the disk is full. */
    function settle(outcome: Outcome<R>, last: Payload): void {
      emit(last);
      log.close();
      endedAt = now();
      resolve(outcome);
      const result = outcome.ok ? JSON.stringify(outcome.result) : null;
      try {
        recorder.flush();
        store.settle(id, {
          state: outcome.ok ? "done" : "error",
          endedAt,
          expiresAt: endedAt + keepMs,
          result,
        });
      } catch (error) {
        logLine.error("run.unrecorded", { run: id, ...describeError(error) });
      }
    }

    const run: Run<R> = {
      ...{ id, startedAt, log, settled, sentUpTo: 0 },
      get endedAt() {
        return endedAt;
      },
    };

    async function execute(): Promise<[Outcome<R>, Payload]> {
      try {
        const revived = firstId !== undefined;
        const context = { runId: id, startedAt, revived, emit, sentUpTo: () => run.sentUpTo };
        const { result, last } = await work.perform(begin(emit), context);
        return [{ ok: true, result }, last];
      } catch (error) {
        const failure = failureOf(error);
        return [{ ok: false, failure }, errorEvent(failure)];
      }
    }

    waitUntil(execute().then(([outcome, last]) => settle(outcome, last)));
    return run;
  }

  return {
    start(input) {
      const id = randomId();
      const startedAt = now();
      store.insert({ id, startedAt, idBound: ID_HEADROOM, input: JSON.stringify(input) });
      return launch({ id, startedAt, log: createEventLog(), begin: () => input });
    },
    revive({ id, startedAt, idBound, input, starts }) {
      const again = starts < work.maxStarts && input !== null;
      logLine.warn("run.revived", { run: id, calls: starts, ...(!again && { code: "interrupted" }) });
      const begin = (emit: (payload: Payload) => number) => {
        if (!again) throw new Problem("interrupted");
        store.restart(id);
        emit(work.reset);
        return JSON.parse(input) as I;
      };
      // Above every id that can have been sent, so that a reader who is ahead of the log gets it too.
      return launch({ id, startedAt, log: createEventLog(store.entries(id)), firstId: idBound + 1, begin });
    },
  };
}
