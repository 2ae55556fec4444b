import { isAlive } from "./check.ts";
import { type Context, DeployError } from "./options.ts";

interface Doubts extends Pick<Context, "resolve" | "prompt"> {
  readonly replaceDns: boolean;
}

/**
 * In a terminal wrangler asks before it replaces a DNS record; elsewhere it replaces it unasked. So there: throws
 * where the name leads somewhere already, and not to this service.
 */
export async function checkDomain(domain: string | undefined, doubts: Doubts): Promise<void> {
  if (domain === undefined || doubts.replaceDns || doubts.prompt) return;
  const { hostname } = new URL(domain);
  const isTaken = await doubts.resolve(hostname).then(
    () => true,
    () => false,
  );
  if (!isTaken || (await isAlive(domain))) return;
  throw new DeployError(
    `${hostname} leads to something else already, and deploying would replace its DNS record: start this in a terminal, or with --replace-dns.`,
  );
}
