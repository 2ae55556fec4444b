import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Account, type Call, fakeProject } from "./fake-wrangler.ts";

const STACK_TRACE = /\n\s+at /;
const KEY = "sk-of-the-test";

let service: Server;
let baseUrl: string;
let ready: { readonly status: number; readonly body: unknown };
const projects: ReturnType<typeof fakeProject>[] = [];

beforeAll(async () => {
  service = createServer((request, response) => {
    const isReady = request.url === "/api/ready";
    response.writeHead(isReady ? ready.status : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(isReady ? ready.body : { status: "ok", version: "0" }));
  });
  await once(service.listen(0, "127.0.0.1"), "listening");
  baseUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterEach(() => {
  for (const project of projects.splice(0)) project.remove();
});
afterAll(() => service.close());

function project(account: Partial<Account> = {}) {
  ready = { status: 200, body: { status: "ok", checks: {}, warnings: [] } };
  const made = fakeProject({ targets: ["schedule: */5 * * * *", baseUrl], ...account });
  projects.push(made);
  return made;
}

const MIGRATE = "d1 migrations apply DB --remote";
const LIST = "secret list --format json";
const LOOK_UPS = [
  "d1 info asknewton",
  "r2 bucket info asknewton-images",
  "queues info asknewton-image-jobs",
  "queues info asknewton-image-jobs-dead",
];
/** Whatever else wrangler.toml may ask for by now. */
const lookUps = (commands: readonly string[]) => commands.filter((command) => command.includes(" info "));

const secretsSent = (calls: readonly Call[]) =>
  JSON.parse(calls.find(({ command }) => command === "secret bulk")?.input ?? "{}");

describe("npm run deploy", () => {
  it("makes what is missing, migrates, sets the secrets, deploys, and shows a first request; then only deploys", async () => {
    const made = project();
    const first = await made.npmRun([], { OPENAI_API_KEY: KEY });
    expect([first.code, first.stderr]).toEqual([0, ""]);
    const commands = first.calls.map(({ command }) => command);
    expect(commands[0]).toBe("whoami --json");
    expect(lookUps(commands)).toEqual(expect.arrayContaining(LOOK_UPS));
    for (const lookUp of lookUps(commands))
      expect(commands[commands.indexOf(lookUp) + 1]).toBe(lookUp.replace(" info ", " create "));
    expect(commands.slice(-4)).toEqual([MIGRATE, LIST, "secret bulk", "deploy"]);
    expect(first.stdout).toContain(`curl -s ${baseUrl}/api/personas/generate`);
    expect(first.stdout).toContain("Callers are anonymous");

    const again = await made.npmRun([], { OPENAI_API_KEY: "another", ADMIN_TOKEN: "another" });
    expect(again.code).toBe(0);
    const rest = again.calls.map(({ command }) => command);
    expect(rest).toEqual(["whoami --json", ...lookUps(commands), MIGRATE, LIST, "deploy"]);
  });

  it("says in one line, below wrangler's own words, that the upload failed", async () => {
    const made = project({ failing: { deploy: "Too large" } });
    const { code, stderr } = await made.npmRun([], { OPENAI_API_KEY: KEY });
    expect(code).toBe(1);
    expect(stderr).toContain("Too large");
    expect(stderr.trim().split("\n").at(-1)).toBe("wrangler deploy failed (above).");
    expect(stderr).not.toMatch(STACK_TRACE);
  });
});

describe("secrets", () => {
  it("go by standard input alone, and those made up are kept where only their owner reads", async () => {
    const made = project();
    const { said, calls } = await made.deploy([], { OPENAI_API_KEY: KEY });
    const sent = secretsSent(calls);
    const random = expect.stringMatching(/^[\w-]{43}$/);
    expect(sent).toEqual({ OPENAI_API_KEY: KEY, ADMIN_TOKEN: random, HASH_SECRET: random });
    const { ADMIN_TOKEN, HASH_SECRET } = sent;
    const kept = made.secretsFile("asknewton-edge");
    expect(kept).toEqual({ text: `ADMIN_TOKEN=${ADMIN_TOKEN}\nHASH_SECRET=${HASH_SECRET}\n`, mode: 0o600 });
    const shown = [said, ...calls.map(({ command }) => command)].join("\n");
    for (const secret of [KEY, ADMIN_TOKEN, HASH_SECRET]) expect(shown).not.toContain(secret);
  });

  it("are those that are given, and the kept HASH_SECRET for a Worker that is made anew", async () => {
    const made = project();
    const given = { OPENAI_API_KEY: KEY, ADMIN_TOKEN: "m".repeat(20), JWT_SECRET: "s".repeat(32) };
    const first = await made.deploy([], given);
    const sent = secretsSent(first.calls);
    expect(sent).toMatchObject(given);
    expect(first.said).not.toContain("Callers are anonymous");
    made.editAccount({ secrets: null });
    expect(secretsSent((await made.deploy([], given)).calls)).toEqual(sent);
  });

  it("are kept from other users from then on where their file could be read by all", async () => {
    const made = project();
    made.writeSecretsFile("asknewton-edge", "HASH_SECRET=kept\n", 0o644);
    const { calls } = await made.deploy([], { OPENAI_API_KEY: KEY });
    const { ADMIN_TOKEN } = secretsSent(calls);
    const text = `HASH_SECRET=kept\nADMIN_TOKEN=${ADMIN_TOKEN}\n`;
    expect(made.secretsFile("asknewton-edge")).toEqual({ text, mode: 0o600 });
  });

  it("are not made up anew over a file that cannot be read", async () => {
    const made = project();
    made.writeSecretsFile("asknewton-edge.env/a-folder", "", 0o600);
    const { error, calls } = await made.deploy([], { OPENAI_API_KEY: KEY });
    expect(error).toMatch(
      /^The secrets that were made up before cannot be read \(EISDIR\): .*asknewton-edge\.env$/,
    );
    expect(calls.map(({ command }) => command)).not.toContain("secret bulk");
  });

  it("stop it before anything is deployed where there is no key", async () => {
    const { error, calls } = await project().deploy();
    expect(error).toMatch(/^The Worker has no OPENAI_API_KEY yet: [^\n]*$/);
    expect(calls.map(({ command }) => command)).not.toContain("deploy");
  });

  it("stop it before anything is set where one is too short for the Worker to take", async () => {
    const { error, calls } = await project().deploy([], { OPENAI_API_KEY: KEY, ADMIN_TOKEN: "hunter2" });
    expect(error).toMatch(/^The secrets cannot be used: ADMIN_TOKEN [^\n]*$/);
    expect(error).not.toContain("hunter2");
    const commands = calls.map(({ command }) => command);
    for (const command of ["secret bulk", "deploy"]) expect(commands).not.toContain(command);
  });

  it("leave out HASH_SECRET for a Worker that went without: what it stored would not be found again", async () => {
    const { calls, said } = await project({ secrets: ["OPENAI_API_KEY"] }).deploy();
    expect(Object.keys(secretsSent(calls))).toEqual(["ADMIN_TOKEN"]);
    expect(said).toContain("Without HASH_SECRET");
  });
});

describe("--env", () => {
  it("has resources, secrets and a Worker of its own", async () => {
    const made = project();
    const { error, calls } = await made.deploy(["--env", "staging"], { OPENAI_API_KEY: KEY });
    expect(error).toBeUndefined();
    expect(new Set(calls.map(({ environment }) => environment))).toEqual(new Set(["staging"]));
    const found = lookUps(calls.map(({ command }) => command));
    const expected = LOOK_UPS.map((line) => line.replace("asknewton", "asknewton-staging"));
    expect(found).toEqual(expect.arrayContaining(expected));
    expect(made.secretsFile("asknewton-edge-staging").text).toContain("ADMIN_TOKEN=");
  });

  it("names one that wrangler.toml has; without it every command names the top of the file", async () => {
    const { error, calls } = await project().deploy(["--env", "moon"]);
    expect([error, calls]).toEqual(["wrangler.toml has no [env.moon]. It has: staging.", []]);
    const { calls: top } = await project({ whoami: { loggedIn: false } }).deploy();
    expect(top).toEqual([{ command: "whoami --json", environment: "", input: "" }]);
  });
});

describe("--dry-run", () => {
  it("says what would be done and asks wrangler for nothing but a build", async () => {
    const { error, said, calls } = await project().deploy(["--dry-run"]);
    expect([error, calls.map(({ command }) => command)]).toEqual([undefined, ["deploy --dry-run"]]);
    for (const lookUp of LOOK_UPS) expect(said).toContain(lookUp.split(" ").at(-1));
  });

  it("builds with the real wrangler, offline and without an account", async () => {
    const { code, stdout } = await project().dryRun(["--env", "staging"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/env\.DB \(asknewton-staging\) +D1 Database/);
    expect(stdout).toContain("--dry-run: exiting now.");
  });
});

describe("what goes wrong is one line", () => {
  const two = [
    { id: "a1", name: "One" },
    { id: "a2", name: "Two" },
  ];
  const ONE: [what: string, account: Partial<Account>, says: RegExp][] = [
    ["nobody is logged in", { whoami: { loggedIn: false, code: 1 } }, /^Not logged in to Cloudflare: run/],
    [
      "there are several accounts",
      { whoami: { loggedIn: true, accounts: two } },
      /^Several accounts: set CLOUDFLARE_ACCOUNT_ID to one of a1 \(One\), a2 \(Two\)\.$/,
    ],
    [
      "R2 has never been switched on",
      { failing: { "r2 bucket info": "A request failed.\n\n  Please enable R2. [code: 10042]" } },
      /^The R2 bucket asknewton-images could not be looked up: A request failed\. Please enable R2\. \[code: 10042\]$/,
    ],
    [
      "a queue cannot be made",
      { failing: { "queues create": "Queues needs another plan" } },
      /^wrangler queues create asknewton-\S+ failed: Queues needs another plan$/,
    ],
    [
      "a migration fails",
      { failing: { "d1 migrations": "near FOO: syntax error" } },
      /^wrangler d1 migrations apply DB --remote failed: near FOO: syntax error$/,
    ],
    ["it has no address", { targets: [] }, /^It is deployed, but at no address/],
  ];

  it.each(ONE)("%s", async (_, account, says) => {
    expect((await project(account).deploy([], { OPENAI_API_KEY: KEY })).error).toMatch(says);
  });

  it("the service is not ready", async () => {
    const made = project();
    ready = { status: 503, body: { status: "unready", checks: { config: "error" } } };
    expect((await made.deploy([], { OPENAI_API_KEY: KEY })).error).toBe(
      `It is deployed, but ${baseUrl}/api/ready does not answer as it should: 503 {"status":"unready","checks":{"config":"error"}}`,
    );
  });
});

describe("a custom domain", () => {
  it("is where the service is asked, and staging does not inherit it", async () => {
    const made = project({ d1: ["asknewton", "asknewton-staging"] });
    made.editConfig((toml) =>
      toml.replace(/^# routes = .*$/m, 'routes = [{ pattern = "api.invalid", custom_domain = true }]'),
    );
    const { error } = await made.deploy([], { OPENAI_API_KEY: KEY });
    expect(error).toMatch(/^It is deployed, but https:\/\/api\.invalid\/api\/health does not answer/);
    const staging = await made.deploy(["--env", "staging"], { OPENAI_API_KEY: KEY });
    expect(staging.said).toContain(`curl -s ${baseUrl}/`);
  });
});
