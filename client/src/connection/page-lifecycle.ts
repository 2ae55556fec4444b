/**
 * `online`: the network returned. `visible`: the page did, from another tab or from sleep. `restored`: it did from
 * the back/forward cache, where no connection outlives the freezing.
 */
export type PageChange = "online" | "visible" | "restored";

/**
 * Calls `listener` when the page becomes active again, until the function it returns is called. Elsewhere than
 * on a page, never.
 */
export function onPageActive(listener: (change: PageChange) => void): () => void {
  if (!globalThis.document) return () => {};
  const controller = new AbortController(); // its signal is the listeners' option
  addEventListener("online", () => listener("online"), controller);
  addEventListener("pageshow", ({ persisted }) => persisted && listener("restored"), controller);
  document.addEventListener("visibilitychange", () => isHidden() || listener("visible"), controller);
  return () => controller.abort();
}

export function isHidden(): boolean {
  return globalThis.document?.visibilityState === "hidden";
}

export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
