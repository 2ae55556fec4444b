import type { Failure } from "../http/errors.ts";
import { createEventLog, type EventLog } from "./event-log.ts";
import { type FollowOptions, follow } from "./fan-out.ts";
import { resumeDecision } from "./resume.ts";
import { createRunner, type Run, type Work } from "./run.ts";
import { createRunStore, type RunRecord, type RunStore } from "./run-store.ts";

// How soon after a crash a run that nobody asks for is found again. An alarm is one write; a run has few.
const WATCH_INTERVAL_MS = 5_000;

export interface HostOptions<I, R> {
  readonly storage: DurableObjectStorage;
  readonly work: Work<I, R>;
  readonly now: () => number;
  /** How long a settled run is kept, and for how much of that its stream can be resumed. Milliseconds. */
  readonly keepMs: number;
  readonly resumableMs: number;
  readonly heartbeatMs: number;
  /** How long a stream's status waits for the first text. Milliseconds. */
  readonly commitMs: number;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** When the object has other business, if any. */
  readonly wakeBy?: () => number | undefined;
}

export type ReaderOptions = Pick<FollowOptions, "after" | "idLines" | "render">;

/** What a reader gets: a stream, the failure that came before any text, or nothing more (204). */
export type Reading =
  | { readonly kind: "stream"; readonly body: ReadableStream<Uint8Array> }
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "ended" };

/** The runs of one Durable Object: one at a time, each kept a while for those who resume. */
export interface RunHost<I, R> {
  readonly store: RunStore;
  /** The run under way, brought back first where the server died under it. */
  live(): Run<R> | undefined;
  start(input: I): Run<R>;
  /** For the one who asked: a failure before the first text is no stream. */
  open(run: Run<R>, options: ReaderOptions): Promise<Reading>;
  /** For one who comes back; undefined where the run is not known. */
  resume(runId: string, options: ReaderOptions): Promise<Reading | undefined>;
  /** The alarm: revives, forgets, and sets the next one. True where nothing is kept any more. */
  tend(): boolean;
}

async function firstText(log: EventLog, after: number, ms: number): Promise<"text" | "silence"> {
  if (log.closed || log.lastId > after) return "text";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), ms);
  });
  const text = log.changed().then(() => "text" as const);
  return await Promise.race([text, silence]).finally(() => clearTimeout(timer));
}

export function createRunHost<I, R>(options: HostOptions<I, R>): RunHost<I, R> {
  const { storage, now, heartbeatMs, commitMs } = options;
  const store = createRunStore(storage);
  const runner = createRunner({ ...options, store });
  let current: Run<R> | undefined;
  let awake = false;

  function hold(run: Run<R>): Run<R> {
    current = run;
    storage.setAlarm(now() + WATCH_INTERVAL_MS);
    options.waitUntil(run.settled.then(() => schedule()));
    return run;
  }

  function live(): Run<R> | undefined {
    if (!awake) {
      awake = true;
      const running = store.all().find(({ state }) => state === "running");
      if (running) hold(runner.revive(running));
    }
    return current?.endedAt === undefined ? current : undefined;
  }

  function nextAlarm(records: readonly RunRecord[]): number {
    if (live()) return now() + WATCH_INTERVAL_MS;
    const other = options.wakeBy?.() ?? Number.POSITIVE_INFINITY;
    return Math.min(other, ...records.map(({ expiresAt }) => expiresAt ?? now() + WATCH_INTERVAL_MS));
  }

  function schedule(): void {
    const time = nextAlarm(store.all());
    if (Number.isFinite(time)) storage.setAlarm(time);
  }

  function read(
    run: Pick<Run<R>, "log"> & { sentUpTo?: number },
    reader: ReaderOptions,
    comment: boolean,
  ): Reading {
    const onSent = (id: number) => {
      run.sentUpTo = Math.max(run.sentUpTo ?? 0, id);
    };
    return { kind: "stream", body: follow(run.log, { ...reader, heartbeatMs, comment, onSent }) };
  }

  return {
    store,
    live,
    start: (input) => hold(runner.start(input)),
    async open(run, reader) {
      const silent = (await firstText(run.log, reader.after, commitMs)) === "silence";
      const only = run.log.since(0, 2);
      if (run.log.closed && only.length === 1 && only[0]?.payload.error) {
        const outcome = await run.settled;
        if (!outcome.ok) return { kind: "failure", failure: outcome.failure };
      }
      return read(run, reader, silent);
    },
    async resume(runId, reader) {
      const running = live();
      if (running?.id === runId) return read(running, reader, false);
      const record = store.find(runId);
      if (!record || (record.endedAt ?? 0) + options.resumableMs <= now()) return undefined;
      const log = createEventLog(store.entries(runId), true);
      return resumeDecision(log, reader.after) === "ended" ? { kind: "ended" } : read({ log }, reader, false);
    },
    tend() {
      live();
      store.expire(now());
      schedule();
      return store.all().length === 0;
    },
  };
}
