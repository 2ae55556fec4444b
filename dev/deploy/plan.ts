import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { DeployError } from "./options.ts";

export type Kind = "D1 database" | "R2 bucket" | "queue";

export interface Resource {
  readonly kind: Kind;
  readonly name: string;
}

/** What wrangler.toml asks for in one environment. */
export interface Plan {
  /** The Worker's name in the account. */
  readonly worker: string;
  readonly resources: readonly Resource[];
  /** `https://` and the custom domain, where there is one. */
  readonly domain: string | undefined;
  /** Callers sign in with an issuer's tokens. */
  readonly hasKeySet: boolean;
  readonly hasSpendLimit: boolean;
}

const CONFIG = "wrangler.toml";

/** What is read of wrangler's own reading of the file. */
interface Config {
  readonly name?: string;
  readonly definedEnvironments?: readonly string[];
  readonly d1_databases: readonly { readonly database_name?: string }[];
  readonly r2_buckets: readonly { readonly bucket_name?: string }[];
  readonly queues: {
    readonly producers?: readonly { readonly queue?: string }[];
    readonly consumers?: readonly { readonly queue: string; readonly dead_letter_queue?: string }[];
  };
  readonly routes?: readonly (string | { readonly pattern: string; readonly custom_domain?: boolean })[];
  readonly vars: Readonly<Record<string, unknown>>;
}

function resourcesOf({ d1_databases, r2_buckets, queues }: Config): Resource[] {
  const { producers = [], consumers = [] } = queues;
  const names: Record<Kind, readonly (string | undefined)[]> = {
    "D1 database": d1_databases.map(({ database_name }) => database_name),
    "R2 bucket": r2_buckets.map(({ bucket_name }) => bucket_name),
    queue: [...producers, ...consumers.flatMap((one) => [one, { queue: one.dead_letter_queue }])].map(
      ({ queue }) => queue,
    ),
  };
  return (Object.keys(names) as Kind[]).flatMap((kind) =>
    [...new Set(names[kind])].filter((name) => name !== undefined).map((name) => ({ kind, name })),
  );
}

function domainOf({ routes = [] }: Config): string | undefined {
  const found = routes.find((route) => typeof route === "object" && route.custom_domain);
  return typeof found === "object" ? `https://${found.pattern}` : undefined;
}

/** Throws where the file has no such environment, or the Worker has no name. */
export function readPlan(folder: string, environment = ""): Plan {
  const read = (env: string): Config =>
    unstable_readConfig({ config: join(folder, CONFIG), env }, { hideWarnings: true });
  const known = read("").definedEnvironments ?? [];
  if (environment !== "" && !known.includes(environment))
    throw new DeployError(`${CONFIG} has no [env.${environment}]. It has: ${known.join(", ") || "none"}.`);
  const config = read(environment);
  if (config.name === undefined) throw new DeployError(`${CONFIG} gives the Worker no name.`);
  return {
    worker: config.name,
    resources: resourcesOf(config),
    domain: domainOf(config),
    hasKeySet: config.vars.JWT_JWKS_URL !== undefined,
    hasSpendLimit: config.vars.DAILY_SPEND_LIMIT_USD !== undefined,
  };
}
