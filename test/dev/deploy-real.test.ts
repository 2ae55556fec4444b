import { afterEach, describe, expect, it } from "vitest";
import type { Right } from "../support/cloudflare/account.ts";
import { type Cloudflare, startCloudflare } from "../support/cloudflare/server.ts";
import { realProject } from "./deploy-for-real.ts";

const SLOW = 180_000;
/** A deployment is five starts of wrangler, some twenty seconds: the rows that take several only with DEPLOY_ROWS=all. */
const IN_FULL = process.env.DEPLOY_ROWS === "all";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

type Made = Awaited<ReturnType<typeof start>>;

async function start() {
  const cloudflare = await startCloudflare();
  const project = realProject(cloudflare);
  open.push(cloudflare, { close: project.remove });
  return { cloudflare, project, account: cloudflare.account };
}

/** What there is in the account, by name. */
function inventory({ account }: Cloudflare) {
  const { databases, buckets, queues, scripts } = account;
  return {
    databases: [...databases.keys()],
    buckets: [...buckets],
    queues: [...queues.keys()].sort(),
    workers: [...scripts].map(([name, { secrets }]) => [name, [...secrets.keys()].sort()]),
  };
}

const EMPTY = { databases: [], buckets: [], queues: [], workers: [] };
const SECRETS = ["ADMIN_TOKEN", "HASH_SECRET", "OPENAI_API_KEY"];
const whole = (name: string) => ({
  databases: [name],
  buckets: [`${name}-images`],
  queues: [`${name}-chat-log`, `${name}-image-jobs`, `${name}-image-jobs-dead`, `${name}-pregenerate`],
  workers: [[name.replace("asknewton", "asknewton-edge"), SECRETS]],
});

/** Puts the custom domain into wrangler.toml, alone or beside workers.dev. */
const withDomain = (toml: string) =>
  toml.replace(/^# routes = .*$/m, 'routes = [{ pattern = "api.example.com", custom_domain = true }]');
const alone = (toml: string) => withDomain(toml).replace("workers_dev = true", "workers_dev = false");

describe("npm run deploy, by the real wrangler", () => {
  it("makes all of it in an empty account, in one version; again changes nothing, and says what it leaves", {
    timeout: SLOW,
  }, async () => {
    const { cloudflare, project, account } = await start();
    account.rights = new Set(["d1", "queues", "r2", "scripts"]); // no more than the README asks for
    const first = await project.deploy();
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(inventory(cloudflare)).toEqual(whole("asknewton"));
    expect(first.stdout).toContain("curl -s https://asknewton-edge.newton.workers.dev/api/personas/generate");
    expect(
      cloudflare.calls.filter((call) => call.startsWith("PUT /workers/scripts/asknewton-edge")),
    ).toHaveLength(2);
    const { sqlite } = account.databases.get("asknewton") ?? {};
    expect(sqlite?.prepare("SELECT count(*) AS n FROM persona_cache").get()).toEqual({ n: 0 });
    const { bindings, schedules } = account.scripts.get("asknewton-edge") ?? {};
    expect(bindings?.map(({ type }) => type)).toContain("images");
    expect(schedules).toHaveLength(2);

    const secrets = account.scripts.get("asknewton-edge")?.secrets;
    const again = await project.deploy([], { OPENAI_API_KEY: "another" });
    expect([again.code, again.stderr]).toEqual([0, ""]);
    expect(again.stdout).toContain("the Worker has its OPENAI_API_KEY; the environment's is not used");
    expect(inventory(cloudflare)).toEqual(whole("asknewton"));
    expect(account.scripts.get("asknewton-edge")?.secrets).toEqual(secrets);
  });
});

describe("what stops it before anything is made", () => {
  const BEFORE: [what: string, env: NodeJS.ProcessEnv, says: RegExp][] = [
    ["CI without secrets", { CI: "true" }, /^The Worker has no ADMIN_TOKEN and no HASH_SECRET yet, .* in CI/],
  ];

  it.each(BEFORE)("%s", async (_, env, says) => {
    const { cloudflare, project } = await start();
    const { code, last } = await project.deploy([], env);
    expect([code, last]).toEqual([1, expect.stringMatching(says)]);
    expect(inventory(cloudflare)).toEqual(EMPTY);
  });

  it("a custom domain beside an open workers.dev address", async () => {
    const { cloudflare, project } = await start();
    project.edit(withDomain);
    const { code, last } = await project.deploy();
    expect([code, last]).toEqual([1, expect.stringContaining("without workers_dev = false")]);
    expect(cloudflare.calls).toEqual([]);
  });
});

describe("a token without a right", () => {
  const LACKS: [right: Right, says: RegExp][] = [
    ["scripts", /needs Workers Scripts: Edit\.$/],
    ["d1", /needs D1: Edit\.$/],
    ["queues", /needs Queues: Edit\.$/],
  ];

  it.each(IN_FULL ? LACKS : LACKS.slice(1, 2))("is told of %s", { timeout: SLOW }, async (right, says) => {
    const { project, account } = await start();
    account.rights.delete(right);
    const { code, last } = await project.deploy();
    expect([code, last]).toEqual([1, expect.stringMatching(says)]);
  });
});

interface Row {
  readonly what: string;
  readonly before: (made: Made) => void;
  readonly says: RegExp;
  /** Of the deployment that follows, once it is mended. */
  readonly args?: readonly string[];
  readonly mend?: (made: Made) => void;
  readonly address?: string;
}

const failing =
  (method: string, path: RegExp) =>
  ({ account }: Made) => {
    account.failure = { method, path };
  };

/** A deployment that fails in the middle, and another that mends it. */
const ROWS: readonly Row[] = [
  {
    what: "there is no workers.dev subdomain; then a custom domain is its one address",
    before: ({ account }) => {
      account.subdomain = null;
    },
    says: /register a workers\.dev subdomain here:\s*\S+\/workers\/onboarding|You need a workers\.dev subdomain/,
    mend: ({ account, project }) => {
      account.subdomain = "newton";
      project.edit(alone);
    },
    args: ["--replace-dns"],
    address: "api.example.com",
  },
  {
    what: "R2 is not switched on",
    before: ({ account }) => {
      account.hasR2 = false;
    },
    says: /Is R2 switched on in the dashboard/,
    mend: ({ account }) => {
      account.hasR2 = true;
    },
  },
  {
    what: "the upload fails",
    before: failing("PUT", /scripts\/[^/]+$/),
    says: /wrangler deploy failed \(above\)/,
  },
  { what: "a migration fails", before: failing("POST", /\/query$/), says: /wrangler d1 migrations apply/ },
  { what: "a queue fails", before: failing("POST", /\/queues$/), says: /The queue .* could not be made/ },
];

async function failThenMend({
  before,
  says,
  mend,
  args,
  address = "newton.workers.dev",
}: Row): Promise<void> {
  const made = await start();
  before(made);
  const failed = await made.project.deploy(args);
  expect([failed.code, failed.stdout + failed.stderr]).toEqual([1, expect.stringMatching(says)]);
  made.account.failure = undefined;
  mend?.(made);
  const again = await made.project.deploy(args);
  expect([again.code, again.stderr]).toEqual([0, ""]);
  expect(again.stdout).toContain(address);
  expect(inventory(made.cloudflare)).toEqual(whole("asknewton"));
  expect(made.account.scripts.get("asknewton-edge")?.enabled).toBe(!made.account.domains.has(address));
}

async function staging(): Promise<void> {
  const { cloudflare, project } = await start();
  expect((await project.deploy(["--env", "staging"])).code).toBe(0);
  expect(inventory(cloudflare)).toEqual({
    ...whole("asknewton-staging"),
    workers: [["asknewton-edge-staging", SECRETS]],
  });
}

async function withoutKey(): Promise<void> {
  const { cloudflare, project } = await start();
  const { code, last } = await project.deploy([], { OPENAI_API_KEY: "" });
  expect([code, last]).toEqual([1, expect.stringMatching(/^The Worker has no OPENAI_API_KEY yet/)]);
  expect(inventory(cloudflare)).toEqual(EMPTY);
}

type Tried = readonly [what: string, run: () => Promise<void>];
const ALWAYS: readonly Tried[] = [["a missing key, before anything is made", withoutKey]];
const IN_FULL_ONLY: readonly Tried[] = [
  ["staging, which has all of its own", staging],
  ...ROWS.map((row): Tried => [row.what, () => failThenMend(row)]),
];

describe("npm run deploy, by the real wrangler, through", () => {
  it.each(IN_FULL ? [...ALWAYS, ...IN_FULL_ONLY] : ALWAYS)("%s", { timeout: SLOW }, (_, run) => run());
});
