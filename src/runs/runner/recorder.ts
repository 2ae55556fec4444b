import { describeError, log as logLine } from "../../log.ts";
import type { Entry, EventLog } from "../event-log.ts";
import type { RunEnd, RunStore } from "../run-store.ts";
import { createEventWriter } from "./event-writer.ts";

/** Writes one run down. A full disk stops no answer: the run goes on in memory. */
export interface Recorder {
  /** The upstream has been asked: the first write follows within `recordWithinMs`. */
  sent(): void;
  /** A reader has something to come back for: the first write follows now. */
  record(): void;
  enqueue(entry: Entry): void;
  saveCheckpoint(value: unknown): void;
  finish(end: RunEnd): void;
  /** Writes the end where the disk failed before. Throws where it fails again. */
  persist(): void;
}

export interface RecorderOptions {
  readonly store: Pick<RunStore<unknown>, "append" | "saveCheckpoint" | "finish">;
  readonly id: string;
  readonly log: EventLog;
  /** The first write, with what the run has spent by then. JSON. */
  readonly write: (checkpoint: string | null) => void;
  readonly checkpoint: string | null;
  /** Milliseconds; 0: at once. */
  readonly recordWithinMs: number;
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { store, id, log, recordWithinMs } = options;
  let { checkpoint } = options;
  let recorded = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unwritten: (() => void) | undefined;
  const events = createEventWriter(log, (entries) => {
    write();
    store.append(id, entries);
  });

  function attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      logLine.error("run.unrecorded", { run: id, ...describeError(error) });
    }
  }

  function write(): void {
    if (recorded) return;
    recorded = true;
    clearTimeout(timer);
    attempt(() => options.write(checkpoint));
  }

  return {
    enqueue: events.enqueue,
    // A write holds back whatever leaves the object until it is on disk: first the upstream is asked, and where
    // it is quick, the first text goes out.
    sent() {
      if (recordWithinMs === 0) write();
      else if (!recorded) timer ??= setTimeout(write, recordWithinMs);
    },
    record() {
      if (recorded) return;
      clearTimeout(timer);
      timer = setTimeout(write, 1);
    },
    saveCheckpoint(value) {
      const json = JSON.stringify(value);
      checkpoint = json;
      if (recorded) attempt(() => store.saveCheckpoint(id, json));
    },
    finish(end) {
      unwritten = () => {
        write();
        events.flush();
        store.finish(id, end);
        unwritten = undefined;
      };
      attempt(unwritten);
    },
    persist: () => unwritten?.(),
  };
}
