import { join } from "node:path";
import { type Unstable_Config, unstable_readConfig } from "wrangler";
import { DeployError } from "./options.ts";

export type Kind = "D1 database" | "queue";

export interface Resource {
  readonly kind: Kind;
  readonly name: string;
}

/** What wrangler.toml asks for in one environment. */
export type Plan = ReturnType<typeof readPlan>;

const CONFIG = "wrangler.toml";

/** What `wrangler deploy` does not make itself: a database to be migrated first, and queues that are only consumed. */
function toResources({
  d1_databases,
  queues: { producers = [], consumers = [] },
}: Unstable_Config): Resource[] {
  const consumed = consumers.flatMap(({ queue, dead_letter_queue }) => [queue, dead_letter_queue]);
  const produced = new Set(producers.map(({ queue }) => queue));
  const names: Record<Kind, readonly (string | undefined)[]> = {
    "D1 database": d1_databases.map(({ database_name }) => database_name),
    queue: consumed.filter((name) => !produced.has(name)),
  };
  return (Object.keys(names) as Kind[]).flatMap((kind) =>
    [...new Set(names[kind])].filter((name) => name !== undefined).map((name) => ({ kind, name })),
  );
}

function parseDomain({ routes = [] }: Unstable_Config): string | undefined {
  const found = routes.find((route) => typeof route === "object" && route.custom_domain);
  return typeof found === "object" ? `https://${found.pattern}` : undefined;
}

/** Throws where the file has no such environment, the Worker has no name, or its domain can be walked around. */
export function readPlan(folder: string, environment = "") {
  const read = (env: string) =>
    unstable_readConfig({ config: join(folder, CONFIG), env }, { hideWarnings: true });
  const known = read("").definedEnvironments ?? [];
  if (environment !== "" && !known.includes(environment))
    throw new DeployError(`${CONFIG} has no [env.${environment}]. It has: ${known.join(", ") || "none"}.`);
  const config = read(environment);
  if (config.name === undefined) throw new DeployError(`${CONFIG} gives the Worker no name.`);
  const domain = parseDomain(config);
  if (domain !== undefined && config.workers_dev !== false)
    throw new DeployError(
      `${CONFIG} has a custom domain, and without workers_dev = false the workers.dev address stays open, around all rules of the domain's zone.`,
    );
  return {
    /** The Worker's name in the account. */
    worker: config.name,
    resources: toResources(config),
    /** `https://` and the custom domain, where there is one. */
    domain,
    /** Callers sign in with an issuer's tokens. */
    hasKeySet: config.vars.JWT_JWKS_URL !== undefined,
    hasSpendLimit: config.vars.DAILY_SPEND_LIMIT_USD !== undefined,
  };
}
