/** What of the Web's `Storage` is used. */
export type ChatStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

function tabStorage(): ChatStorage | undefined {
  try {
    return globalThis.sessionStorage; // outlives a reload, and is each tab's own
  } catch {
    return undefined; // a frame that may not have any
  }
}

function memoryStorage(): ChatStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

export type ActiveStreams = ReturnType<typeof createActiveStreams>;

/** Which stream each chat was last reading, for as long as its end has not been seen. */
export function createActiveStreams(given: ChatStorage | undefined) {
  const storage = given ?? tabStorage() ?? memoryStorage();
  const key = (chatId: string) => `asknewton:active-stream:${chatId}`;
  return {
    get: (chatId: string): string | undefined => storage.getItem(key(chatId)) ?? undefined,
    set(chatId: string, streamId: string): void {
      try {
        storage.setItem(key(chatId), streamId);
      } catch {
        // full: then a reload brings nothing back
      }
    },
    delete: (chatId: string): void => storage.removeItem(key(chatId)),
  };
}
