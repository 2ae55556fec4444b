/** What an object does beside its answers: kept alive, and waited for before the object is forgotten. */
export interface Pending {
  waitUntil(promise: Promise<unknown>): void;
  /** Resolves when all that is under way now has ended, however it did. */
  ended(): Promise<void>;
}

/** Bounded by what one object begins: a few writes a run, and one for each caller with a key. */
export function createPending(keepAlive: (promise: Promise<unknown>) => void): Pending {
  const pending = new Set<Promise<unknown>>();
  return {
    waitUntil(promise) {
      const remove = () => void pending.delete(promise);
      pending.add(promise);
      promise.then(remove, remove);
      keepAlive(promise);
    },
    async ended() {
      await Promise.allSettled(pending);
    },
  };
}
