import { createEventLog, type EventLog } from "./event-log.ts";
import { resumeDecision } from "./resume.ts";
import { createRunStore, type RunRecord, type RunStore } from "./run-store.ts";
import type { Run } from "./runner/launch.ts";
import { createRunner } from "./runner/runner.ts";
import { ERASED, type RunTask } from "./runner/task.ts";
import { createSseReader, type SseReaderOptions } from "./sse-reader.ts";

/** Among them is the first text, if there is any: before it come resets alone. */
const FIRST_EVENTS = 16;

export interface RunManagerOptions<I, R, M> {
  readonly storage: DurableObjectStorage;
  readonly work: RunTask<I, R, M>;
  readonly now: () => number;
  /** How long a settled run is kept, and for how much of that its stream can be resumed. Milliseconds. */
  readonly keepMs: (metadata: M) => number;
  readonly resumableMs: (metadata: M) => number;
  readonly heartbeatMs: number;
  /** How long a stream's status waits for the first text. Milliseconds. */
  readonly commitMs: number;
  /** How soon after its start, and again and again, the object looks after a run that nobody asks for. */
  readonly recoveryCheckMs: (metadata: M) => number;
  /** A run whose server died is begun again by the alarm; else only by who asks, and the alarm ends it. */
  readonly recoversAlone: boolean;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** Resolves when what runs have begun to write elsewhere has been written. */
  readonly written: () => Promise<void>;
  /** When the object has other business, if any. */
  readonly nextAlarm?: () => number | undefined;
  /** Called when a run has settled. Never rejects. */
  readonly onEnd?: (run: Run<R, M>) => Promise<void>;
}

export type ReaderOptions = Pick<SseReaderOptions, "after" | "idLines" | "render">;

/** What a reader who comes back gets: the rest, or nothing more (204). */
export type Reading =
  | { readonly kind: "stream"; readonly body: ReadableStream<Uint8Array> }
  | { readonly kind: "ended" };

/** The runs of one Durable Object: one at a time, each kept a while for those who resume. */
export interface RunManager<I, R, M> {
  readonly store: RunStore<M>;
  /** The run that this life of the object has under way. */
  underWay(): Run<R, M> | undefined;
  /** The run under way, brought back or ended first where the server died under it. */
  live(): Run<R, M> | undefined;
  /** The same for this run alone; undefined where it is over. */
  liveRun(runId: string): Run<R, M> | undefined;
  /** Ends what an earlier life left. */
  start(input: I, metadata: M): Run<R, M>;
  /** For the one who asked; undefined where the run failed before its first text, which is no stream. */
  open(run: Run<R, M>, options: ReaderOptions): Promise<ReadableStream<Uint8Array> | undefined>;
  /** For one who comes back; undefined where the run is not known, or can be resumed no more. */
  resume(runId: string, options: ReaderOptions): Reading | undefined;
  /** A settled run from its first event, for as long as it is kept. */
  replay(runId: string, options: Omit<ReaderOptions, "after">): ReadableStream<Uint8Array>;
  /** Sets the next alarm. */
  schedule(): void;
  /** The alarm: recovers, forgets, and sets the next one. True where nothing is kept any more. */
  onAlarm(): boolean;
  /**
   * Ends what runs, brings nothing back, and leaves nothing of the object. True where it had anything. No run may
   * be started meanwhile.
   */
  forget(): Promise<boolean>;
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

export function createRunManager<I, R, M>(options: RunManagerOptions<I, R, M>): RunManager<I, R, M> {
  const { storage, now, heartbeatMs, commitMs } = options;
  const store = createRunStore<M>(storage);
  const runner = createRunner({
    ...options,
    store,
    scheduleRecoveryCheck: (metadata) => setAlarm(recoveryCheckAt(metadata)),
  });
  let current: Run<R, M> | undefined;
  let awake = false;
  let alarmAt = 0;

  const recoveryCheckAt = (metadata: M) => now() + options.recoveryCheckMs(metadata);

  function setAlarm(time: number): void {
    alarmAt = time;
    storage.setAlarm(time);
  }

  function hold(run: Run<R, M>): Run<R, M> {
    current = run;
    options.waitUntil(run.finished.then(scheduleSooner));
    options.waitUntil(run.finished.then(() => options.onEnd?.(run)));
    return run;
  }

  /** An alarm costs a write: one that comes when the run can be forgotten is left as it is. */
  function scheduleSooner(): void {
    if (alarmAt < (store.nextExpiry() ?? 0)) schedule();
  }

  const underWay = () => (current?.endedAt === undefined ? current : undefined);

  function live(): Run<R, M> | undefined {
    if (!awake) {
      const [found, ...overtaken] = store.running();
      overtaken.forEach(runner.end);
      const recovered = found && runner.recover(found);
      awake = true; // only now: where the disk failed, the next one tries again
      if (recovered) hold(recovered);
      else if (found) schedule();
    }
    return underWay();
  }

  function liveRun(runId: string): Run<R, M> | undefined {
    const run = underWay() ?? (store.find(runId)?.state === "running" ? live() : undefined);
    return run?.id === runId ? run : undefined;
  }

  /** Runs whose server died and that nobody has asked for. */
  const abandoned = () => (awake ? [] : store.running());
  const abandonedUntil = ({ startedAt, metadata }: RunRecord<M>) =>
    startedAt + options.recoveryCheckMs(metadata);

  function schedule(): void {
    const running = underWay();
    const times = [
      running ? recoveryCheckAt(running.metadata) : store.nextExpiry(),
      ...abandoned().map(abandonedUntil),
      options.nextAlarm?.(),
    ].filter((time) => time !== undefined);
    if (times.length > 0) setAlarm(Math.min(...times));
  }

  function readLive(run: Run<R, M>, reader: ReaderOptions, comment: boolean): ReadableStream<Uint8Array> {
    const { log, readUpTo: onSent } = run;
    return createSseReader(log, { ...reader, heartbeatMs, comment, onSent });
  }

  const recorded = (runId: string) => createEventLog(store.entries(runId), true);

  return {
    store,
    underWay,
    live,
    liveRun,
    schedule,
    start(input, metadata) {
      abandoned().forEach(runner.end);
      awake = true;
      return hold(runner.start(input, metadata));
    },
    async open(run, reader) {
      const { log } = run;
      const hasText = () => log.since(0, FIRST_EVENTS).some(({ payload }) => options.work.isText(payload));
      const spoke = await speaks(log, hasText, commitMs);
      if (log.closed && !hasText() && !(await run.finished).ok) return undefined;
      return readLive(run, reader, !spoke);
    },
    resume(runId, reader) {
      const running = liveRun(runId);
      if (running) return { kind: "stream", body: readLive(running, reader, false) };
      const record = store.find(runId);
      if (!record || (record.endedAt ?? 0) + options.resumableMs(record.metadata) <= now()) return undefined;
      const log = recorded(runId);
      if (resumeDecision(log, reader.after) === "ended") return { kind: "ended" };
      return { kind: "stream", body: createSseReader(log, { ...reader, heartbeatMs }) };
    },
    replay: (runId, reader) => createSseReader(recorded(runId), { ...reader, after: 0, heartbeatMs }),
    async forget() {
      const running = underWay();
      const had = running !== undefined || !store.isEmpty();
      awake = true; // a run whose server died is not brought back to be forgotten
      running?.stop(ERASED);
      await running?.finished;
      await options.written();
      current = undefined; // its end must not be written again
      await store.clear();
      return had;
    },
    onAlarm() {
      if (options.recoversAlone) live();
      else
        abandoned()
          .filter((record) => abandonedUntil(record) <= now())
          .forEach(runner.end);
      current?.persist();
      store.expire(now());
      schedule();
      return !underWay() && store.isEmpty();
    },
  };
}
