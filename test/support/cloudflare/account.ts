import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** What the API refuses, by HTTP status and Cloudflare's own code. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface Script {
  /** By name. */
  readonly secrets: Map<string, string>;
  readonly bindings: readonly Binding[];
  readonly schedules: readonly unknown[];
  readonly migrationTag: string | undefined;
  /** Answers at its workers.dev address. */
  readonly enabled: boolean;
}

export interface Binding {
  readonly name: string;
  readonly type: string;
  readonly [member: string]: unknown;
}

/** The rights of a token, as its page in the dashboard has them. */
export type Right = "analytics" | "d1" | "queues" | "r2" | "routes" | "scripts";
export const ALL_RIGHTS: readonly Right[] = ["analytics", "d1", "queues", "r2", "routes", "scripts"];

/** An account of Cloudflare's, empty but for what it is given. */
export function createAccount() {
  const databases = new Map<string, { readonly uuid: string; readonly sqlite: DatabaseSync }>();
  return {
    id: "0123456789abcdef0123456789abcdef",
    /** Null: nobody has opened Workers in its dashboard. */
    subdomain: "newton" as string | null,
    hasR2: true,
    rights: new Set<Right>(ALL_RIGHTS),
    zones: ["example.com"],
    databases,
    buckets: new Set<string>(),
    /** Each with the Worker that consumes it. */
    queues: new Map<string, { readonly id: string; consumer: string | undefined }>(),
    scripts: new Map<string, Script>(),
    domains: new Map<string, string>(),
    assets: new Set<string>(),
    /** Calls that fail until a test takes this back: wrangler asks again. */
    failure: undefined as { readonly method: string; readonly path: RegExp } | undefined,
    createDatabase(name: string): string {
      if (databases.has(name)) throw new Refusal(400, 7502, `Database with name '${name}' already exists`);
      const uuid = randomUUID();
      databases.set(name, { uuid, sqlite: new DatabaseSync(":memory:") });
      return uuid;
    },
    sqliteOf(uuid: string): DatabaseSync {
      const found = [...databases.values()].find((database) => database.uuid === uuid);
      if (!found) throw new Refusal(404, 7404, `The database ${uuid} could not be found`);
      return found.sqlite;
    },
  };
}

export type Account = ReturnType<typeof createAccount>;
