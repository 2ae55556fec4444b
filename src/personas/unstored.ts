import { describeError, log } from "../log.ts";
import type { Portrait } from "./introduce.ts";
import type { LogRow, PersonaStore, SetRow } from "./store.ts";

// D1's outages last seconds to minutes; a set that was paid for is kept for as long as it takes.
const RETRY_MS = 30_000;
const NAME = "unstored";

/** What `PersonaStore.save` takes. */
interface Waiting {
  readonly set: SetRow;
  readonly row: LogRow;
  readonly missing: readonly Portrait[];
  readonly dueAt: number;
}

/** A set that D1 would not take, kept in the run's Durable Object until it does. */
export interface Unstored {
  keep(unstored: Omit<Waiting, "dueAt">): void;
  /** When to try again; undefined where nothing waits. */
  dueAt(): number | undefined;
  storeAgain(): Promise<void>;
}

export function createUnstored(
  { kv }: DurableObjectStorage,
  store: PersonaStore,
  now: () => number,
  ring: () => Promise<void>,
): Unstored {
  const keep = (unstored: Omit<Waiting, "dueAt">) =>
    kv.put<Waiting>(NAME, { ...unstored, dueAt: now() + RETRY_MS });
  return {
    keep,
    dueAt: () => kv.get<Waiting>(NAME)?.dueAt,
    async storeAgain() {
      const waiting = kv.get<Waiting>(NAME);
      if (!waiting || waiting.dueAt > now()) return;
      const { set, row, missing } = waiting;
      try {
        await store.save(set, row, missing);
        kv.delete(NAME);
        log.info("store.recovered", { run: row.id });
        if (missing.length > 0) await ring();
      } catch (error) {
        log.error("store.failed", { run: row.id, ...describeError(error) });
        keep({ set, row, missing });
      }
    },
  };
}
