/** `online`: the network returned. `visible`: the page did, from another tab or from sleep. */
export type Wake = "online" | "visible";

/** Tells when this page wakes, until the function it gives is called. Elsewhere than on a page, never. */
export function onWake(listener: (wake: Wake) => void): () => void {
  if (!globalThis.document) return () => {};
  const online = () => listener("online");
  const visible = () => {
    if (!isHidden()) listener("visible");
  };
  addEventListener("online", online);
  document.addEventListener("visibilitychange", visible);
  return () => {
    removeEventListener("online", online);
    document.removeEventListener("visibilitychange", visible);
  };
}

export function isHidden(): boolean {
  return globalThis.document?.visibilityState === "hidden";
}

export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}
