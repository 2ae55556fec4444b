import { describeError, log } from "../log.ts";
import type { PersonaStore, RunResult } from "./store.ts";

// D1's outages last seconds to minutes; what was paid for is kept for as long as it takes.
const RETRY_MS = 30_000;
const PREFIX = "unstored:";

/** What D1 would not take, kept in the run's Durable Object until it does: an entry a run. */
export interface Unstored {
  keep(result: RunResult): void;
  /** When to try again; undefined where nothing waits. */
  dueAt(): number | undefined;
  /** Whether a set waits: then this object knows more than D1. */
  hasSet(): boolean;
  storeAgain(): Promise<void>;
}

type Waiting = RunResult & { readonly dueAt: number };

export function createUnstored(
  { kv }: DurableObjectStorage,
  store: PersonaStore,
  now: () => number,
  ring: () => Promise<void>,
): Unstored {
  const waiting = () => [...kv.list<Waiting>({ prefix: PREFIX })];
  const keep = (result: RunResult) =>
    kv.put<Waiting>(PREFIX + result.row.id, { ...result, dueAt: now() + RETRY_MS });

  return {
    keep,
    hasSet: () => waiting().some(([, { set }]) => set !== undefined),
    dueAt() {
      const times = waiting().map(([, { dueAt }]) => dueAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    async storeAgain() {
      for (const [name, result] of waiting().filter(([, { dueAt }]) => dueAt <= now())) {
        try {
          await store.save(result);
          kv.delete(name);
          if (result.missing.length > 0) await ring();
          log.info("store.recovered", { run: result.row.id });
        } catch (error) {
          log.error("store.failed", { run: result.row.id, ...describeError(error) });
          keep(result);
        }
      }
    },
  };
}
