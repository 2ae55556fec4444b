const NAME = "asknewton.admin";

/** Takes the token out of the address, where it would be seen and shared, into this tab's own storage. */
export function takeAdminToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("admin");
  if (token === null) return;
  keepAdminToken(token);
  history.replaceState(history.state, "", location.pathname + location.search);
}

export function keepAdminToken(token: string): void {
  if (token === "") sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, token);
}

export function adminToken(): string {
  return sessionStorage.getItem(NAME) ?? "";
}
