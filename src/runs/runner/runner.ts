import { errorEvent } from "../../http/errors.ts";
import { log as logLine } from "../../log.ts";
import { createEventLog, type EventLog } from "../event-log.ts";
import type { NewRun, RunRecord, RunStore } from "../run-store.ts";
import { ID_HEADROOM } from "./event-writer.ts";
import { type Launch, launch, type Run } from "./launch.ts";
import { createRecorder } from "./recorder.ts";
import type { RunTask } from "./task.ts";

export interface RunnerOptions<I, R, M> {
  readonly store: RunStore<M>;
  readonly work: RunTask<I, R, M>;
  readonly now: () => number;
  /** Milliseconds a settled run is kept. */
  readonly keepMs: (metadata: M) => number;
  /** Keeps the object alive while a run has upstream work under way. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** Called with a run's first write: sees to it that a run whose server dies is found again. */
  readonly scheduleRecoveryCheck: (metadata: M) => void;
}

export interface Runner<I, R, M> {
  start(input: I, metadata: M): Run<R, M>;
  /** Goes on with a run that an earlier life of this object began; undefined where that is not to be. */
  recover(record: RunRecord<M>): Run<R, M> | undefined;
  /** Ends one that an earlier life began and that is not gone on with. */
  end(record: RunRecord<M>): void;
}

/** 128 random bits in hex. */
function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

const parseJson = (json: string | null): unknown => (json === null ? undefined : JSON.parse(json));

/** Above every id that can have been sent, so that a reader ahead of the log gets what comes next, too. */
const nextId = ({ lastId }: EventLog) => lastId + ID_HEADROOM + 1;

type Begun<I, M> = Omit<NewRun<M>, "input"> & Pick<Launch<I, unknown, M>, "input" | "log" | "resetId">;

export function createRunner<I, R, M>(options: RunnerOptions<I, R, M>): Runner<I, R, M> {
  const { store, work, now, keepMs, waitUntil } = options;

  function begin(run: Begun<I, M>, firstWrite: (checkpoint: string | null) => void): Run<R, M> {
    const { id, log, metadata, checkpoint } = run;
    const write = (spent: string | null) => {
      firstWrite(spent);
      options.scheduleRecoveryCheck(metadata);
    };
    const recorder = createRecorder({ store, id, log, write, checkpoint });
    return launch({
      ...run,
      work,
      recorder,
      now,
      waitUntil,
      checkpoint: parseJson(checkpoint),
      keepMs: keepMs(metadata),
    });
  }

  function interrupt({ id, metadata, startedAt, ...kept }: RunRecord<M>, eventId: number): void {
    const endedAt = now();
    const input = (parseJson(kept.input) ?? null) as I | null;
    work.interrupted({ runId: id, startedAt, metadata, input, checkpoint: parseJson(kept.checkpoint) });
    store.append(id, [{ id: eventId, payload: errorEvent({ code: "interrupted" }) }]);
    store.finish(id, { state: "error", endedAt, expiresAt: endedAt + keepMs(metadata), result: null });
  }

  return {
    start(input, metadata) {
      const run = { id: randomId(), startedAt: now(), metadata };
      const record = (checkpoint: string | null) =>
        store.insert({ ...run, input: JSON.stringify(input), checkpoint });
      return begin({ ...run, input, log: createEventLog(), checkpoint: null }, record);
    },
    end: (found) => interrupt(found, nextId(createEventLog(store.entries(found.id)))),
    recover(found) {
      const { id, startedAt, metadata, input, attempts, checkpoint } = found;
      const again = attempts < work.maxAttempts && input !== null;
      logLine.warn("run.recovered", { run: id, calls: attempts, ...(!again && { code: "interrupted" }) });
      const log = createEventLog(store.entries(id));
      const resetId = nextId(log);
      if (!again) {
        interrupt(found, resetId);
        return undefined;
      }
      const run = { id, startedAt, metadata, log, checkpoint, resetId, input: JSON.parse(input) as I };
      return begin(run, () => store.restart(id));
    },
  };
}
