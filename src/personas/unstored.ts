import { describeError, log } from "../log.ts";
import type { LogRow, PersonaStore, SetRow } from "./store.ts";

// D1's outages last seconds to minutes; a set that was paid for is kept for as long as it takes.
const RETRY_MS = 30_000;
const NAME = "unstored";

interface Waiting {
  readonly set: SetRow;
  readonly row: LogRow;
  readonly dueAt: number;
}

/** A set that D1 would not take, kept in the run's Durable Object until it does. */
export interface Unstored {
  keep(set: SetRow, row: LogRow): void;
  /** When to try again; undefined where nothing waits. */
  dueAt(): number | undefined;
  storeAgain(): Promise<void>;
}

export function createUnstored(
  { kv }: DurableObjectStorage,
  store: PersonaStore,
  now: () => number,
): Unstored {
  const keep = (set: SetRow, row: LogRow) => kv.put<Waiting>(NAME, { set, row, dueAt: now() + RETRY_MS });
  return {
    keep,
    dueAt: () => kv.get<Waiting>(NAME)?.dueAt,
    async storeAgain() {
      const waiting = kv.get<Waiting>(NAME);
      if (!waiting || waiting.dueAt > now()) return;
      const { set, row } = waiting;
      try {
        await store.save(set, row);
        kv.delete(NAME);
        log.info("store.recovered", { run: row.id });
      } catch (error) {
        log.error("store.failed", { run: row.id, ...describeError(error) });
        keep(set, row);
      }
    },
  };
}
