import { errorEvent, type Failure } from "../../http/errors.ts";
import { toProblem } from "../../http/log-cause.ts";
import { log } from "../../log.ts";
import type { EventLog } from "../event-log.ts";
import type { Payload } from "../sse.ts";
import type { Recorder } from "./recorder.ts";
import type { ERASED, Outcome, RunContext, RunTask } from "./task.ts";

/** What a caller is told of a run that failed. The reason goes into the log. */
export function toFailure(error: unknown, run: string): Failure {
  const { code, options } = toProblem(error, { run }, (fields) => log.error("run.failed", fields));
  const { detail, retryAfterSeconds } = options;
  return {
    code,
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** One paid piece of upstream work, while it is in memory. */
export interface Run<R, M> {
  readonly id: string;
  readonly startedAt: number;
  readonly metadata: M;
  readonly log: EventLog;
  /** Resolves once, when the run has settled and its log is closed. Never rejects. */
  readonly finished: Promise<Outcome<R>>;
  /** Undefined while it runs. */
  readonly endedAt: number | undefined;
  /** A reader was sent the events up to this id. */
  readUpTo(id: number): void;
  /** Ends the work at once, where it heeds its signal. `why` is the signal's reason. */
  stop(why?: typeof ERASED): void;
  /** Writes the end down where the disk failed before. Throws where it fails again. */
  persist(): void;
}

export interface Launch<I, R, M> {
  readonly work: RunTask<I, R, M>;
  readonly id: string;
  readonly startedAt: number;
  readonly metadata: M;
  readonly input: I;
  readonly log: EventLog;
  readonly recorder: Recorder;
  /** What an earlier life saved; undefined in the first. */
  readonly checkpoint: unknown;
  /** The id of the reset to begin with, where an earlier life of the object died. */
  readonly resetId?: number;
  readonly now: () => number;
  /** Milliseconds that it is kept once it has settled. */
  readonly keepMs: number;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

interface Ending<R> {
  readonly outcome: Outcome<R>;
  readonly last: Payload;
  readonly stopped: boolean;
}

async function perform<I, R, M>(work: RunTask<I, R, M>, input: I, context: RunContext): Promise<Ending<R>> {
  try {
    const { result, last, stopped = false } = await work.perform(input, context);
    return { outcome: { ok: true, result }, last, stopped };
  } catch (error) {
    const failure = toFailure(error, context.runId);
    return { outcome: { ok: false, failure }, last: errorEvent(failure), stopped: false };
  }
}

/** What is written of a run that has ended. */
function toEnd<R>({ outcome, stopped }: Ending<R>, endedAt: number, keepMs: number) {
  const result = outcome.ok ? (JSON.stringify(outcome.result) ?? null) : null;
  const success = stopped ? ("stopped" as const) : ("done" as const);
  const state = outcome.ok ? success : ("error" as const);
  return { state, endedAt, expiresAt: endedAt + keepMs, result };
}

/** Begins the work; it goes on whoever reads, until it has settled. */
export function launch<I, R, M>(options: Launch<I, R, M>): Run<R, M> {
  const { work, id, startedAt, metadata, log, recorder, resetId } = options;
  const controller = new AbortController();
  const { promise: finished, resolve } = Promise.withResolvers<Outcome<R>>();
  let endedAt: number | undefined;
  let readUpTo = 0;
  let voidUpTo = 0;

  function emit(payload: Payload, eventId?: number): void {
    recorder.sent();
    recorder.enqueue(log.append(payload, eventId));
  }

  function reset(eventId?: number): void {
    emit(work.reset, eventId);
    voidUpTo = log.lastId;
  }

  /** Readers and callers first: what was paid for reaches them even where the disk is full. */
  function finish(ending: Ending<R>): void {
    emit(ending.last);
    log.close();
    endedAt = options.now();
    resolve(ending.outcome);
    recorder.finish(toEnd(ending, endedAt, options.keepMs));
  }

  if (resetId !== undefined) reset(resetId);
  const performed = perform(work, options.input, {
    runId: id,
    startedAt,
    recovered: resetId !== undefined,
    signal: controller.signal,
    checkpoint: options.checkpoint,
    emit: (payload) => emit(payload),
    reset: () => reset(),
    hasReader: () => readUpTo > voidUpTo,
    sent: recorder.sent,
    saveCheckpoint: recorder.saveCheckpoint,
  });
  options.waitUntil(performed.then(finish));
  return {
    id,
    startedAt,
    metadata,
    log,
    finished,
    get endedAt() {
      return endedAt;
    },
    readUpTo(eventId) {
      readUpTo = Math.max(readUpTo, eventId);
    },
    stop: (why) => controller.abort(why),
    persist: recorder.persist,
  };
}
