import { describeError, log } from "../../log.ts";
import { alarmBy } from "../../runs/alarm.ts";
import { doubling } from "../../runs/backoff.ts";
import type { PersonaStore, RunResult } from "../store.ts";

// D1's outages last seconds to minutes; one that is full, until somebody looks at it.
const FIRST_RETRY_MS = 30_000;
const MAX_RETRY_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 7 * 86_400_000;
/** A set takes 2 MB at most, and all of them are read together: far below what an object's memory holds. */
const MAX_WAITING = 8;
const PREFIX = "unstored:";

/** What D1 would not take, kept in the run's Durable Object until it does, or until it is given up: an entry a run. */
export interface Outbox {
  /** Where as many wait as are kept, the one that has waited longest is given up. */
  keep(result: RunResult): void;
  /** When to try again; undefined where nothing waits. */
  dueAt(): number | undefined;
  /** Whether a set waits: then this object knows more than D1. */
  hasSet(): boolean;
  /** When the next try will be is written down at once, before D1 is asked: it may hang. */
  retryDue(): Promise<void>;
}

type Waiting = RunResult & {
  readonly dueAt: number;
  /** Tries that failed. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
};

export interface OutboxOptions {
  readonly storage: Pick<DurableObjectStorage, "kv" | "getAlarm" | "setAlarm">;
  readonly store: Pick<PersonaStore, "save" | "countOutbox">;
  readonly now: () => number;
  /** Has portraits made that were stored with their set. */
  readonly notify: () => Promise<void>;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export function createOutbox({ storage, store, now, notify, waitUntil }: OutboxOptions): Outbox {
  const { kv } = storage;
  const waiting = () => [...kv.list<Waiting>({ prefix: PREFIX })].map(([, entry]) => entry);
  const toName = ({ row }: RunResult) => PREFIX + row.id;
  const failed = (run: string) => (error: unknown) =>
    log.error("store.failed", { run, ...describeError(error) });

  function put(result: RunResult, attempts: number, since: number): number {
    const dueAt = now() + doubling(attempts, FIRST_RETRY_MS, MAX_RETRY_MS);
    kv.put<Waiting>(toName(result), { ...result, attempts, since, dueAt });
    return dueAt;
  }

  function giveUp(entry: Waiting): void {
    kv.delete(toName(entry));
    const { id: run, costUsd } = entry.row;
    log.error("store.given_up", { run, count: entry.attempts, costUsd });
    waitUntil(store.countOutbox("givenUp").catch(failed(run)));
  }

  async function tryAgain(entry: Waiting): Promise<void> {
    const { id: run } = entry.row;
    try {
      await store.save(entry);
    } catch (error) {
      failed(run)(error);
      return;
    }
    kv.delete(toName(entry));
    log.info("store.recovered", { run });
    waitUntil(store.countOutbox("recovered").catch(failed(run)));
    if (entry.missing.length > 0) waitUntil(notify().catch(failed(run)));
  }

  return {
    keep(result) {
      const others = waiting().filter(({ row }) => row.id !== result.row.id);
      const [oldest] = others.toSorted((one, other) => one.since - other.since);
      if (oldest && others.length >= MAX_WAITING) giveUp(oldest);
      const dueAt = put(result, 1, now());
      waitUntil(alarmBy(storage, dueAt)); // the run may have ended by now, and have set its last alarm
    },
    hasSet: () => waiting().some(({ set }) => set !== undefined),
    dueAt() {
      const times = waiting().map(({ dueAt }) => dueAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    async retryDue() {
      const due = waiting().filter(({ dueAt }) => dueAt <= now());
      const [old, young] = [due.filter(isOld), due.filter((entry) => !isOld(entry))];
      old.forEach(giveUp);
      for (const entry of young) put(entry, entry.attempts + 1, entry.since);
      for (const entry of young) await tryAgain(entry);
    },
  };

  function isOld({ since }: Waiting): boolean {
    return now() - since > GIVE_UP_AFTER_MS;
  }
}
