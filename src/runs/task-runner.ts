import { overloaded, unavailability } from "../http/availability.ts";
import { errorEvent, type Failure, Problem } from "../http/errors.ts";
import { logCause } from "../http/log-cause.ts";
import { describeError, log as logLine } from "../log.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { createEventWriter, ID_HEADROOM } from "./event-writer.ts";
import type { RunRecord, RunStore } from "./run-store.ts";
import type { Payload } from "./sse.ts";

/** Why a run is stopped that is to leave nothing behind. */
export const ERASED = "erased";

export type Outcome<R> =
  | { readonly ok: true; readonly result: R }
  | { readonly ok: false; readonly failure: Failure };

/** One paid piece of upstream work, while it is in memory. */
export interface Run<R> {
  readonly id: string;
  readonly startedAt: number;
  readonly label: string | null;
  readonly log: EventLog;
  /** Resolves once, when the run has settled and its log is closed. Never rejects. */
  readonly finished: Promise<Outcome<R>>;
  /** Undefined while it runs. */
  readonly endedAt: number | undefined;
  /** The highest event id that any reader was sent. */
  sentUpTo: number;
  /** Ends the work at once, where it heeds its signal. `why` is the signal's reason. */
  stop(why?: typeof ERASED): void;
  /** Writes it down, where that has not been done yet: a reader has something to come back for. */
  record(): void;
  /** Writes the end down where the disk failed before. Throws where it fails again. */
  persist(): void;
}

export interface RunContext {
  readonly runId: string;
  readonly startedAt: number;
  /** The server died under this run before. */
  readonly recovered: boolean;
  /** The id of the reset that a recovered run begins with; 0 where it is not recovered. */
  readonly resetId: number;
  /** Aborted when somebody stops the run. */
  readonly signal: AbortSignal;
  /** Adds an event and gives its id. */
  emit(payload: Payload): number;
  /** The highest event id that any reader was sent. */
  sentUpTo(): number;
  /** To be called when the upstream has been asked: until then the run is not written down. */
  sent(): void;
  /** What an earlier life of this run carried over; undefined in its first. */
  readonly checkpoint: unknown;
  /** Keeps, across the server's death, what the run has spent. JSON. */
  saveCheckpoint(value: unknown): void;
}

/** A run whose server died and that is not begun again. */
export interface Interrupted<I> {
  readonly runId: string;
  readonly startedAt: number;
  readonly label: string | null;
  readonly input: I | null;
  readonly checkpoint: unknown;
}

export interface Done<R> {
  readonly result: R;
  /** The event that ends a whole answer. */
  readonly last: Payload;
  readonly stopped?: boolean;
}

export interface RunTask<I, R> {
  /** Throws a `Problem` where it fails. */
  perform(input: I, context: RunContext): Promise<Done<R>>;
  /** The first event after a restart: what the readers are to forget. */
  readonly reset: Payload;
  /** Whether an event is part of the answer, so that a failure after it can no longer be a status. */
  isText(payload: Payload): boolean;
  /** Takes note of a run that has ended with its server. */
  interrupted(run: Interrupted<I>): void;
  /** How often a run may be begun; past that a run whose server died ends as `interrupted`. */
  readonly maxAttempts: number;
}

export interface RunnerOptions<I, R> {
  readonly store: RunStore;
  readonly work: RunTask<I, R>;
  readonly now: () => number;
  /** Milliseconds a settled run is kept. */
  readonly keepMs: (label: string | null) => number;
  /** Keeps the object alive while a run has upstream work under way. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** Called with a run's first write: sees to it that a run whose server dies is found again. */
  readonly scheduleRecoveryCheck: (label: string | null) => void;
  /** The longest that the first write waits once the upstream has been asked, so as not to delay the first text. */
  readonly recordWithinMs: number;
}

export interface Runner<I, R> {
  start(input: I, label?: string): Run<R>;
  /** Goes on with a run that an earlier life of this object began; undefined where that is not to be. */
  recover(record: RunRecord): Run<R> | undefined;
  /** Ends one that an earlier life began and that is not gone on with. */
  end(record: RunRecord): void;
}

/** 128 random bits in hex. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function toProblem(error: unknown, run: string): Problem {
  if (error instanceof Problem) {
    logCause(error, { run });
    return error;
  }
  logLine.error("run.failed", { run, ...describeError(error) });
  return unavailability(error) ? overloaded(error) : new Problem("internal");
}

function toFailure(error: unknown, run: string): Failure {
  const { code, options } = toProblem(error, run);
  const { detail, retryAfterSeconds } = options;
  return {
    code,
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

interface Launch<I> extends Pick<RunRecord, "id" | "startedAt" | "label"> {
  readonly log: EventLog;
  readonly input: I;
  /** The first write. */
  readonly record: (checkpoint: string | null) => void;
  /** JSON. */
  readonly checkpoint: string | null;
  /** The event to begin with, where an earlier life of the object died. */
  readonly reset?: { readonly id: number; readonly payload: Payload };
}

export function createRunner<I, R>(options: RunnerOptions<I, R>): Runner<I, R> {
  const { store, work, now, keepMs, waitUntil, scheduleRecoveryCheck, recordWithinMs } = options;

  function launch({ id, startedAt, label, log, input, record, reset, ...past }: Launch<I>): Run<R> {
    const eventWriter = createEventWriter(log, (entries) => {
      write();
      store.append(id, entries);
    });
    let { checkpoint } = past;
    let unwritten: (() => void) | undefined;
    const controller = new AbortController();
    const { promise: finished, resolve } = Promise.withResolvers<Outcome<R>>();
    let endedAt: number | undefined;
    let recorded = false;
    let timer: ReturnType<typeof setTimeout> | undefined;

    function write(): void {
      if (recorded) return;
      recorded = true;
      clearTimeout(timer);
      attempt(() => {
        record(checkpoint);
        scheduleRecoveryCheck(label);
      });
    }

    /** A full disk stops no answer: the run goes on in memory. */
    function attempt(work: () => void): boolean {
      try {
        work();
        return true;
      } catch (error) {
        logLine.error("run.unrecorded", { run: id, ...describeError(error) });
        return false;
      }
    }

    function saveCheckpoint(value: unknown): void {
      const json = JSON.stringify(value);
      checkpoint = json;
      if (recorded) attempt(() => store.saveCheckpoint(id, json));
    }

    // A write holds back whatever leaves the object until it is on disk: first the upstream is asked, and where
    // it is quick, the first text goes out.
    function sent(): void {
      if (recordWithinMs === 0) write();
      else if (!recorded) timer ??= setTimeout(write, recordWithinMs);
    }

    function emit(payload: Payload, eventId?: number): number {
      sent();
      const entry = log.append(payload, eventId);
      eventWriter.enqueue(entry);
      return entry.id;
    }

    /** Readers and callers first: what was paid for reaches them even where the disk is full. */
    function finish(outcome: Outcome<R>, last: Payload, stopped: boolean): void {
      emit(last);
      log.close();
      endedAt = now();
      resolve(outcome);
      const result = outcome.ok ? (JSON.stringify(outcome.result) ?? null) : null;
      const state = outcome.ok ? (stopped ? "stopped" : "done") : "error";
      const end = { state, endedAt, expiresAt: endedAt + keepMs(label), result } as const;
      unwritten = () => {
        write();
        eventWriter.flush();
        store.finish(id, end);
        unwritten = undefined;
      };
      attempt(unwritten);
    }

    const run: Run<R> = {
      id,
      startedAt,
      label,
      log,
      finished,
      sentUpTo: 0,
      get endedAt() {
        return endedAt;
      },
      stop: (why) => controller.abort(why),
      persist: () => unwritten?.(),
      record() {
        if (recorded) return;
        clearTimeout(timer);
        timer = setTimeout(write, 1);
      },
    };

    async function execute(): Promise<[Outcome<R>, Payload, boolean]> {
      try {
        if (reset) emit(reset.payload, reset.id);
        const { result, last, stopped } = await work.perform(input, {
          runId: id,
          startedAt,
          recovered: reset !== undefined,
          resetId: reset?.id ?? 0,
          signal: controller.signal,
          sent,
          saveCheckpoint,
          checkpoint: past.checkpoint === null ? undefined : JSON.parse(past.checkpoint),
          emit: (payload) => emit(payload),
          sentUpTo: () => run.sentUpTo,
        });
        return [{ ok: true, result }, last, stopped ?? false];
      } catch (error) {
        const failure = toFailure(error, id);
        return [{ ok: false, failure }, errorEvent(failure), false];
      }
    }

    waitUntil(execute().then((ended) => finish(...ended)));
    return run;
  }

  /** The last event, above every id that can have been sent, so that a reader ahead of the log gets it too. */
  function interrupt({ id, label, startedAt, input, checkpoint }: RunRecord, firstId: number): void {
    const endedAt = now();
    const run = { runId: id, startedAt, label };
    const parsed = (json: string | null) => (json === null ? null : JSON.parse(json));
    work.interrupted({ ...run, input: parsed(input) as I | null, checkpoint: parsed(checkpoint) });
    store.append(id, [{ id: firstId, payload: errorEvent({ code: "interrupted" }) }]);
    store.finish(id, { state: "error", endedAt, expiresAt: endedAt + keepMs(label), result: null });
  }

  return {
    start(input, given) {
      const id = randomId();
      const label = given ?? null;
      const startedAt = now();
      const record = (checkpoint: string | null) =>
        store.insert({ id, startedAt, label, input: JSON.stringify(input), checkpoint });
      return launch({ id, startedAt, label, log: createEventLog(), input, record, checkpoint: null });
    },
    end: (found) => interrupt(found, createEventLog(store.entries(found.id)).lastId + ID_HEADROOM + 1),
    recover(found) {
      const { id, startedAt, label, input, attempts, checkpoint } = found;
      const again = attempts < work.maxAttempts && input !== null;
      logLine.warn("run.recovered", { run: id, calls: attempts, ...(!again && { code: "interrupted" }) });
      const log = createEventLog(store.entries(id));
      const firstId = log.lastId + ID_HEADROOM + 1;
      if (!again) {
        interrupt(found, firstId);
        return undefined;
      }
      return launch({
        id,
        startedAt,
        label,
        log,
        checkpoint,
        input: JSON.parse(input) as I,
        record: () => store.restart(id),
        reset: { id: firstId, payload: work.reset },
      });
    },
  };
}
