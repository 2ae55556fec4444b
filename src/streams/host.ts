import { createEventLog, type EventLog } from "./event-log.ts";
import { type FollowOptions, follow } from "./fan-out.ts";
import { resumeDecision } from "./resume.ts";
import { createRunner, type Run, type StartOptions, type Work } from "./run.ts";
import { createRunStore, type RunStore } from "./run-store.ts";

// How soon after a crash a run that nobody asks for is found again. An alarm is one write; a run has few.
const WATCH_INTERVAL_MS = 5_000;

export interface HostOptions<I, R> {
  readonly storage: DurableObjectStorage;
  readonly work: Work<I, R>;
  readonly now: () => number;
  /** How long a settled run is kept, and for how much of that its stream can be resumed. Milliseconds. */
  readonly keepMs: (label: string | null) => number;
  readonly resumableMs: (label: string | null) => number;
  readonly heartbeatMs: number;
  /** How long a stream's status waits for the first text. Milliseconds. */
  readonly commitMs: number;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** When the object has other business, if any. */
  readonly wakeBy?: () => number | undefined;
}

export type ReaderOptions = Pick<FollowOptions, "after" | "idLines" | "render">;

/** What a reader who comes back gets: the rest, or nothing more (204). */
export type Reading =
  | { readonly kind: "stream"; readonly body: ReadableStream<Uint8Array> }
  | { readonly kind: "ended" };

/** The runs of one Durable Object: one at a time, each kept a while for those who resume. */
export interface RunHost<I, R> {
  readonly store: RunStore;
  /** The run under way, brought back or ended first where the server died under it. */
  live(): Run<R> | undefined;
  start(input: I, options?: StartOptions): Run<R>;
  /** For the one who asked; undefined where the run failed before its first text, which is no stream. */
  open(run: Run<R>, options: ReaderOptions): Promise<ReadableStream<Uint8Array> | undefined>;
  /** For one who comes back; undefined where the run is not known, or can be resumed no more. */
  resume(runId: string, options: ReaderOptions): Reading | undefined;
  /** A settled run from its first event, for as long as it is kept. */
  replay(runId: string, options: Omit<ReaderOptions, "after">): ReadableStream<Uint8Array>;
  /** Sets the next alarm. */
  schedule(): void;
  /** The alarm: revives, forgets, and sets the next one. True where nothing is kept any more. */
  tend(): boolean;
}

/** Resolves with true at the first text or the end, with false after `ms` without either. */
async function speaks(log: EventLog, hasText: () => boolean, ms: number): Promise<boolean> {
  if (log.closed || hasText()) return true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), ms);
  });
  try {
    while (!log.closed && !hasText()) {
      if ((await Promise.race([log.changed(), silence])) === "silence") return false;
    }
    return true;
  } finally {
    clearTimeout(timer);
  }
}

export function createRunHost<I, R>(options: HostOptions<I, R>): RunHost<I, R> {
  const { storage, now, heartbeatMs, commitMs } = options;
  const store = createRunStore(storage);
  const watch = () => void storage.setAlarm(now() + WATCH_INTERVAL_MS);
  const runner = createRunner({ ...options, store, watch });
  let current: Run<R> | undefined;
  let awake = false;

  function hold(run: Run<R>): Run<R> {
    current = run;
    options.waitUntil(run.settled.then(schedule));
    return run;
  }

  function live(): Run<R> | undefined {
    if (!awake) {
      const [found, ...overtaken] = store.running();
      overtaken.forEach(runner.end);
      const revived = found && runner.revive(found);
      awake = true; // only now: where the disk failed, the next one tries again
      if (revived) hold(revived);
      else if (found) schedule();
    }
    return current?.endedAt === undefined ? current : undefined;
  }

  function schedule(): void {
    const times = live()
      ? [now() + WATCH_INTERVAL_MS]
      : [options.wakeBy?.(), store.nextExpiry()].filter((time) => time !== undefined);
    if (times.length > 0) storage.setAlarm(Math.min(...times));
  }

  function read(
    run: Pick<Run<R>, "log"> & { sentUpTo?: number },
    reader: ReaderOptions,
    comment: boolean,
  ): ReadableStream<Uint8Array> {
    const onSent = (id: number) => {
      run.sentUpTo = Math.max(run.sentUpTo ?? 0, id);
    };
    return follow(run.log, { ...reader, heartbeatMs, comment, onSent });
  }

  const recorded = (runId: string) => createEventLog(store.entries(runId), true);

  return {
    store,
    live,
    schedule,
    start: (input, start) => hold(runner.start(input, start)),
    async open(run, reader) {
      const { log } = run;
      const hasText = () =>
        log.since(0, Number.POSITIVE_INFINITY).some(({ payload }) => options.work.isText(payload));
      const spoke = await speaks(log, hasText, commitMs);
      if (log.closed && !hasText() && !(await run.settled).ok) return undefined;
      return read(run, reader, !spoke);
    },
    resume(runId, reader) {
      const running = live();
      if (running?.id === runId) return { kind: "stream", body: read(running, reader, false) };
      const record = store.find(runId);
      if (!record || (record.endedAt ?? 0) + options.resumableMs(record.label) <= now()) return undefined;
      const log = recorded(runId);
      if (resumeDecision(log, reader.after) === "ended") return { kind: "ended" };
      return { kind: "stream", body: read({ log }, reader, false) };
    },
    replay: (runId, reader) => read({ log: recorded(runId) }, { ...reader, after: 0 }, false),
    tend() {
      live();
      current?.persist();
      store.expire(now());
      schedule();
      return !live() && store.isEmpty();
    },
  };
}
