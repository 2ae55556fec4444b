import type { Payload } from "./sse.ts";

export interface Entry {
  /** Counts from 1; ids only rise. */
  readonly id: number;
  readonly payload: Payload;
}

/** The events of one run, in memory: at once the record of what was said and every reader's queue. */
export interface EventLog {
  readonly lastId: number;
  readonly closed: boolean;
  /** Adds an event and wakes the readers. `id` may leave a gap, never go back. Throws once closed. */
  append(payload: Payload, id?: number): Entry;
  /** Nothing comes after this. */
  close(): void;
  /** The events after `id`, at most `limit` of them. */
  since(id: number, limit: number): readonly Entry[];
  /** Calls back at each append, and at the close, until the function that it gives is called. */
  subscribe(listener: () => void): () => void;
  /** Resolves at the next append or close; at once where the log is closed. */
  changed(): Promise<void>;
}

/** The index of the first entry whose id is above `id`. */
function firstAfter(entries: readonly Entry[], id: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.id ?? 0) > id) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Bounded by its writer: a run has a limit on what it takes from the upstream. */
export function createEventLog(entries: Entry[] = [], closed = false): EventLog {
  let isClosed = closed;
  const listeners = new Set<() => void>();
  const lastId = () => entries.at(-1)?.id ?? 0;

  function notify(): void {
    for (const listener of listeners) listener();
  }

  return {
    get lastId() {
      return lastId();
    },
    get closed() {
      return isClosed;
    },
    append(payload, id = lastId() + 1) {
      if (isClosed || id <= lastId()) throw new Error("event log: closed, or an id that goes back");
      const entry = { id, payload };
      entries.push(entry);
      notify();
      return entry;
    },
    close() {
      isClosed = true;
      notify();
    },
    since(id, limit) {
      const start = firstAfter(entries, id);
      return entries.slice(start, start + limit);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed() {
      if (isClosed) return Promise.resolve();
      return new Promise((resolve) => {
        const once = () => {
          listeners.delete(once);
          resolve();
        };
        listeners.add(once);
      });
    },
  };
}
