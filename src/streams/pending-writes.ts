/** Writes to D1 that no answer waits for. An erasure does: what came after it would be kept. */
export interface PendingWrites {
  add(write: Promise<unknown>): void;
  /** Resolves when all that were added so far have ended. Never rejects. */
  ended(): Promise<void>;
}

/** `waitUntil` keeps the object alive for them. As many as its runs have under way. */
export function createPendingWrites(waitUntil: (promise: Promise<unknown>) => void): PendingWrites {
  const pending = new Set<Promise<unknown>>();
  return {
    add(write) {
      pending.add(write);
      const ended = () => void pending.delete(write);
      waitUntil(write.then(ended, ended));
    },
    async ended() {
      await Promise.allSettled(pending);
    },
  };
}
