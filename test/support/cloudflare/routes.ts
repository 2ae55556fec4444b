import { randomUUID } from "node:crypto";
import { type Account, Refusal, type Script } from "./account.ts";
import { upload } from "./upload.ts";

export interface Call {
  readonly account: Account;
  /** What the path's pattern caught. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly json: () => Promise<Record<string, unknown>>;
  readonly form: () => Promise<FormData>;
}

/** Gives the `result` of the API's envelope. */
type Act = (call: Call) => unknown;

function scriptOf({ account, parts: [name = ""] }: Call): Script {
  const script = account.scripts.get(name);
  if (!script) throw new Refusal(404, 10007, "This Worker does not exist on your account.");
  return script;
}

function change(call: Call, changes: Partial<Script>): Script {
  const script = { ...scriptOf(call), ...changes };
  call.account.scripts.set(call.parts[0] ?? "", script);
  return script;
}

function needsR2({ hasR2 }: Account): void {
  if (!hasR2) throw new Refusal(403, 10042, "Please enable R2 through the Cloudflare Dashboard.");
}

const queueView = ({ account }: Call, name: string) => {
  const queue = account.queues.get(name);
  const consumers = queue?.consumer
    ? [{ consumer_id: `of-${name}`, type: "worker", script: queue.consumer }]
    : [];
  return { queue_id: queue?.id, queue_name: name, consumers, producers: [], settings: {} };
};

/** Tables' rows of a SELECT; of a migration's statements none. */
function run({ account, parts: [id = ""] }: Call, sql: string) {
  const sqlite = account.sqliteOf(id);
  const reads = /^\s*(SELECT|PRAGMA)/i.test(sql);
  const results = reads ? sqlite.prepare(sql).all() : [];
  if (!reads) sqlite.exec(sql);
  return [{ results, success: true, meta: { duration: 1 } }];
}

const newQueue: Act = async (call) => {
  const name = String((await call.json()).queue_name);
  if (call.account.queues.has(name))
    throw new Refusal(
      409,
      11009,
      `Queue name '${name}' is already taken. Please use a different name and try again.`,
    );
  call.account.queues.set(name, { id: randomUUID(), consumer: undefined });
  return queueView(call, name);
};

const newConsumer: Act = async ({ account, parts: [id], json }) => {
  const queue = [...account.queues.values()].find((one) => one.id === id);
  if (!queue) throw new Refusal(404, 11000, "Queue does not exist.");
  const { script_name, ...consumer } = await json();
  queue.consumer = String(script_name);
  return { ...consumer, consumer_id: randomUUID(), script: script_name };
};

async function newVersion({ account, parts: [name = ""], form }: Call): Promise<Script> {
  const metadata = (await form()).get("metadata");
  const text = typeof metadata === "string" ? metadata : await metadata?.text();
  return upload(account, name, JSON.parse(text ?? "{}"));
}

function deployment({ migrationTag }: Script) {
  const versions = [{ version_id: `of-${migrationTag}`, percentage: 100 }];
  return {
    id: "d",
    source: "wrangler",
    strategy: "percentage",
    created_on: new Date(0).toISOString(),
    versions,
  };
}

const newBucket: Act = async ({ account, json }) => {
  needsR2(account);
  const name = String((await json()).name);
  if (account.buckets.has(name)) throw new Refusal(409, 10004, "The bucket already exists, and you own it.");
  account.buckets.add(name);
  return { name };
};

/** A token stands for the manifest: the files that are missing are its one bucket. */
const newAssets: Act = async ({ account, json }) => {
  const { manifest } = (await json()) as { manifest: Record<string, { readonly hash: string }> };
  const hashes = Object.values(manifest).map(({ hash }) => hash);
  const missing = [...new Set(hashes)].filter((hash) => !account.assets.has(hash));
  const claims = Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 3600 })).toString("base64url");
  return { jwt: `e30.${claims}.x`, buckets: missing.length > 0 ? [missing] : [] };
};

const A = "/accounts/[0-9a-f]{32}";
const S = `${A}/workers/scripts/([^/]+)`;

/** What wrangler asks of the API to deploy this project, by method and path. */
const ROUTES: Readonly<Record<string, Act>> = {
  [`GET ${A}/d1/database`]: ({ account: { databases }, query }) =>
    [...databases]
      .map(([name, { uuid }]) => ({ name, uuid }))
      .filter(({ name }) => [null, name].includes(query.get("name"))),
  [`GET ${A}/d1/database/([^/]+)`]: ({ account: { databases }, parts: [wanted = ""] }) => {
    const found = [...databases].find(([name, { uuid }]) =>
      [name, uuid].includes(decodeURIComponent(wanted)),
    );
    if (!found) throw new Refusal(404, 7404, `The database ${wanted} could not be found`);
    return { name: found[0], uuid: found[1].uuid, version: "production" };
  },
  [`POST ${A}/d1/database`]: async ({ account, json }) => {
    const name = String((await json()).name);
    return { name, uuid: account.createDatabase(name), version: "production" };
  },
  [`POST ${A}/d1/database/([^/]+)/query`]: async (call) => run(call, String((await call.json()).sql)),
  [`GET ${A}/r2/buckets/([^/]+)`]: ({ account, parts: [name = ""] }) => {
    needsR2(account);
    if (!account.buckets.has(name)) throw new Refusal(404, 10006, "The specified bucket does not exist.");
    return { name };
  },
  [`GET ${A}/r2/buckets`]: ({ account }) => {
    needsR2(account);
    return { buckets: [...account.buckets].map((name) => ({ name })) };
  },
  [`POST ${A}/r2/buckets`]: newBucket,
  [`GET ${A}/queues`]: (call) => {
    const names = call.query.getAll("name");
    const all = [...call.account.queues.keys()];
    return all
      .filter((name) => names.length === 0 || names.includes(name))
      .map((name) => queueView(call, name));
  },
  [`POST ${A}/queues`]: newQueue,
  [`POST ${A}/queues/([^/]+)/consumers`]: newConsumer,
  [`PUT ${A}/queues/([^/]+)/consumers/([^/]+)`]: ({ json }) => json(),
  [`GET ${A}/workers/services/([^/]+)`]: (call) => {
    const { migrationTag } = scriptOf(call);
    const script = {
      id: call.parts[0],
      tag: "t",
      migration_tag: migrationTag,
      last_deployed_from: "wrangler",
    };
    return {
      id: call.parts[0],
      default_environment: { environment: "production", script },
      environments: [],
    };
  },
  [`PUT ${S}`]: async (call) => {
    const { migrationTag } = await newVersion(call);
    return { id: call.parts[0], deployment_id: "d", startup_time_ms: 9, migration_tag: migrationTag };
  },
  // A Worker that is there gets a version first, then a deployment of it.
  [`POST ${S}/versions`]: async (call) => {
    const { bindings } = await newVersion(call);
    const metadata = { created_on: new Date(0).toISOString(), source: "wrangler", has_preview: false };
    const resources = { script: { handlers: ["fetch"] }, bindings, script_runtime: {} };
    return { id: randomUUID(), number: 2, startup_time_ms: 9, metadata, resources };
  },
  [`POST ${S}/deployments`]: (call) => deployment(scriptOf(call)),
  [`GET ${S}/deployments`]: (call) => ({ deployments: [deployment(scriptOf(call))] }),
  [`GET ${S}/settings`]: (call) => {
    const { bindings, secrets } = scriptOf(call);
    const hidden = [...secrets.keys()].map((name) => ({ name, type: "secret_text" }));
    return { bindings: [...bindings, ...hidden], tags: [] };
  },
  [`PATCH ${S}/script-settings`]: ({ json }) => json(),
  [`GET ${S}/secrets`]: (call) =>
    [...scriptOf(call).secrets.keys()].map((name) => ({ name, type: "secret_text" })),
  [`POST ${S}/assets-upload-session`]: newAssets,
  [`POST ${A}/workers/assets/upload`]: async ({ account, form }) => {
    for (const [hash] of await form()) account.assets.add(hash);
    return { jwt: "e30.e30.x" };
  },
  [`GET ${A}/workers/subdomain`]: ({ account: { subdomain } }) => {
    if (subdomain !== null) return { subdomain };
    throw new Refusal(404, 10007, "You do not have a workers.dev subdomain. Please create one to continue.");
  },
  [`GET ${A}/workers/workers/([^/]+)`]: (call) => {
    const { enabled } = scriptOf(call);
    const url = `https://${call.parts[0]}.${call.account.subdomain}.workers.dev`;
    return { id: "t", name: call.parts[0], subdomain: { enabled, previews_enabled: false, url } };
  },
  [`GET ${S}/subdomain`]: (call) => ({ enabled: scriptOf(call).enabled, previews_enabled: false }),
  [`POST ${S}/subdomain`]: async (call) => {
    const { enabled } = change(call, { enabled: (await call.json()).enabled === true });
    return { enabled, previews_enabled: false };
  },
  [`PUT ${S}/schedules`]: async (call) => {
    const schedules = (await call.json()) as unknown as readonly unknown[];
    return { schedules: change(call, { schedules }).schedules };
  },
  [`POST ${S}/domains/changeset`]: () => ({ added: [], removed: [], updated: [], conflicting: [] }),
  [`PUT ${S}/domains/records`]: async ({ account, parts: [name = ""], json }) => {
    const { origins } = (await json()) as { origins: readonly { readonly hostname: string }[] };
    for (const { hostname } of origins) {
      if (!account.zones.some((zone) => hostname.endsWith(zone)))
        throw new Refusal(400, 10082, `Could not find zone for \`${hostname}\`.`);
      account.domains.set(hostname, name);
    }
    return [];
  },
  "GET /zones": ({ account }) => account.zones.map((name, at) => ({ id: `zone${at}`, name })),
};

const routes = Object.entries(ROUTES).map(([line, act]) => {
  const [method = "", path = ""] = line.split(" ");
  return { method, pattern: new RegExp(`^${path}$`), act };
});

/** What answers a call; undefined where the API has no such route. */
export function findRoute(method: string, path: string): { act: Act; parts: string[] } | undefined {
  for (const { method: own, pattern, act } of routes) {
    const match = own === method ? pattern.exec(path) : null;
    if (match) return { act, parts: match.slice(1) };
  }
  return undefined;
}
