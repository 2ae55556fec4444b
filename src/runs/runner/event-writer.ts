import { describeError, log as logLine } from "../../log.ts";
import type { Entry, EventLog } from "../event-log.ts";

// Often enough that a crash loses a quarter of a second, seldom enough that rows and writes cost little.
const FLUSH_INTERVAL_MS = 250;
// An event that comes this long after the first unwritten one takes it along: a timer's own turn costs nearly
// as much as the write.
const FLUSH_ALONG_MS = 200;
/**
 * No event can have been sent whose id is this far above the last one written: more than an upstream can
 * produce between two flushes, and where one does, the log is written at once.
 */
export const ID_HEADROOM = 4096;

/** Writes a run's log down in batches. Readers never wait for it. */
export function createEventWriter(log: EventLog, append: (entries: readonly Entry[]) => void) {
  let written = log.lastId;
  let unwrittenSince = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const entries = log.since(written, Number.POSITIVE_INFINITY);
    if (entries.length === 0) return;
    append(entries);
    written = log.lastId;
  }

  /** Where the disk fails, the log goes on in memory, and the next flush tries again. */
  function flushInTime(): void {
    try {
      flush();
    } catch (error) {
      logLine.error("run.unrecorded", describeError(error));
    }
  }

  return {
    /** Writes what is not yet written. */
    flush,
    /** To be called after each event. */
    enqueue(entry: Entry): void {
      if (entry.id >= written + ID_HEADROOM) flushInTime();
      else if (timer === undefined) {
        unwrittenSince = Date.now();
        timer = setTimeout(flushInTime, FLUSH_INTERVAL_MS);
      } else if (Date.now() - unwrittenSince >= FLUSH_ALONG_MS) flushInTime();
    },
  };
}
