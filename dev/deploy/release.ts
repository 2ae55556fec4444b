import { DeployError, type Values } from "./options.ts";
import type { Wrangler } from "./wrangler.ts";

/**
 * Builds and uploads the Worker with `secrets`, in one version, and gives the base URL at which it answers: `domain`
 * where there is one.
 */
export function release(wrangler: Wrangler, domain: string | undefined, secrets: Values): string {
  const entries = wrangler.show(["deploy"], secrets);
  const { targets = [] } = entries.findLast(({ type }) => type === "deploy") ?? {};
  const url = domain ?? targets.find((target) => /^https?:\/\//.test(target));
  if (url) return url.replace(/\/$/, "");
  throw new DeployError("It is deployed, but at no address: set workers_dev or routes in wrangler.toml.");
}
