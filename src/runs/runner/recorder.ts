import { describeError, log as logLine } from "../../log.ts";
import type { Entry, EventLog } from "../event-log.ts";
import type { RunEnd, RunStore } from "../run-store.ts";
import { createEventWriter } from "./event-writer.ts";

/** Writes one run down. A full disk stops no answer: the run goes on in memory. */
export interface Recorder {
  /** The upstream has been asked: the first write. Only the first call counts. */
  sent(): void;
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
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { store, id, log } = options;
  let { checkpoint } = options;
  let recorded = false;
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
    attempt(() => options.write(checkpoint));
  }

  return {
    enqueue: events.enqueue,
    // A write holds back whatever leaves the object after it until it is on disk, which is long before a model's first
    // text; and of a hundred runs that begin together none writes while another's text comes.
    sent: write,
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
