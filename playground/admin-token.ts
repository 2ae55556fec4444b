import { useSyncExternalStore } from "react";

const NAME = "asknewton.admin";
const listeners = new Set<() => void>();

/** Takes the token out of the address, where it would be seen and shared, into this tab's own storage. */
function takeAdminToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("admin");
  if (token === null) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  keepAdminToken(token);
}

/** Takes a link's token, also where the link is opened in a tab that has the page, which loads nothing anew. */
export function watchAdminLinks(): void {
  takeAdminToken();
  addEventListener("hashchange", takeAdminToken);
}

export function keepAdminToken(token: string): void {
  if (token === "") sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, token);
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

/** Empty where there is none. */
export function useAdminToken(): string {
  return useSyncExternalStore(subscribe, () => sessionStorage.getItem(NAME) ?? "");
}
