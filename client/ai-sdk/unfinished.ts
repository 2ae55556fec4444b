/** What of the Web's `Storage` is used. */
export type ChatStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Which stream each chat was last reading, for as long as its end has not been seen. */
export interface Unfinished {
  streamOf(chatId: string): string | undefined;
  remember(chatId: string, streamId: string): void;
  forget(chatId: string): void;
}

function pageStorage(): ChatStorage | undefined {
  try {
    return globalThis.sessionStorage; // outlives a reload, and is each tab's own
  } catch {
    return undefined; // a frame that may not have any
  }
}

function memory(): ChatStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

export function createUnfinished(given: ChatStorage | undefined): Unfinished {
  const storage = given ?? pageStorage() ?? memory();
  const key = (chatId: string) => `asknewton:unfinished:${chatId}`;
  return {
    streamOf: (chatId) => storage.getItem(key(chatId)) ?? undefined,
    remember: (chatId, streamId) => storage.setItem(key(chatId), streamId),
    forget: (chatId) => storage.removeItem(key(chatId)),
  };
}
