import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { consumeBatch } from "../../src/background.ts";
import { parseConfig } from "../../src/config/config.ts";

/** What wrangler.toml gives an environment, with what is its own by name set aside. */
function read(environment: string) {
  const config = unstable_readConfig({ config: "wrangler.toml", env: environment }, { hideWarnings: true });
  const own: string[] = [];
  const generic = JSON.stringify(config, (member, value) => {
    const isOwn = /^(name|database_name|bucket_name|queue|dead_letter_queue|namespace_id)$/.test(member);
    if (!isOwn || typeof value !== "string" || /^[A-Z_]+$/.test(value)) return value; // a binding's name is no own
    own.push(value);
    return value.replace("-staging", "").replace(/^70421\d$/, "704211");
  });
  return { config, own, generic: JSON.parse(generic) };
}

describe("staging", () => {
  const production = read("");
  const staging = read("staging");

  it.each([
    "d1_databases",
    "r2_buckets",
    "images",
    "queues",
    "durable_objects",
    "ratelimits",
    "kv_namespaces",
    "services",
    "migrations",
    "triggers",
    "compatibility_date",
    "compatibility_flags",
    "main",
    "build",
    "minify",
    "alias",
    "assets",
    "observability",
    "limits",
    "preview_urls",
  ])("has production's %s", (member) => {
    expect(staging.generic[member]).toEqual(production.generic[member]);
  });

  it("shares nothing with it that has a name, and is at no address of it", () => {
    expect(staging.own.filter((name) => production.own.includes(name))).toEqual([]);
    expect(staging.config.routes).toEqual([]);
  });

  it("has queues that the Worker knows by the ends of their names", async () => {
    const names = (config: typeof staging.config): string[] =>
      config.queues.consumers?.map(({ queue }: { queue: string }) => queue) ?? [];
    const works = async (queues: readonly string[]) => await Promise.all(queues.map(workOf));
    expect(await works(names(staging.config))).toEqual(await works(names(production.config)));
  });
});

describe("the Deploy button", () => {
  const secrets = parseEnv(readFileSync(".dev.vars.example", "utf8"));

  it("asks for the secrets that .dev.vars.example has, and says what each is", () => {
    const { cloudflare } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(Object.keys(cloudflare.bindings).toSorted()).toEqual(Object.keys(secrets).toSorted());
  });

  it("leaves a service that starts where nothing was put in", () => {
    expect(parseConfig(secrets)).toMatchObject({ ok: true, config: { ADMIN_TOKEN: undefined } });
  });

  it("is given no value that would be deployed, and no other resource than wrangler can make", () => {
    expect(Object.values(secrets)).toEqual(["", "", ""]);
    const { config } = read("");
    for (const { database_id } of config.d1_databases) expect(database_id).toBeUndefined();
  });
});

/** Takes every call, and tells which. */
function recorder(path: string, calls: string[]): object {
  return new Proxy(() => {}, {
    get: (_, name) => (name === "then" ? undefined : recorder(`${path}.${String(name)}`, calls)),
    apply: () => Promise.resolve(void calls.push(path)),
  });
}

type RunTask = Parameters<typeof consumeBatch>[1];

/** What the Worker does with a message of this queue. */
async function workOf(queue: string): Promise<string[]> {
  const calls: string[] = [];
  const told = (name: string) => () => void calls.push(name);
  const message = { body: {}, attempts: 1, ack: told("ack"), retry: told("retry") };
  const batch = { queue, messages: [message], retryAll: () => void calls.push("retryAll") };
  const consumeLog = async () => void calls.push("consumeLog");
  await consumeBatch(batch as unknown as MessageBatch, recorder("work", calls) as RunTask, consumeLog);
  return calls;
}
