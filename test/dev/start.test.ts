import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { claimStateFolder } from "../../dev/start/preflight.ts";
import {
  freePort,
  isReady,
  nothingIsLeftOf,
  npmStart,
  processTree,
  type Run,
  startOnly,
  type Tree,
} from "./npm-start.ts";

const STACK_TRACE = /\n\s+at /;
const START_MS = 120_000;

let folder: string;
let state: string;
let port: number;
const started: { run: Run; tree?: Tree }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "asknewton-start-"));
  state = join(folder, "state");
  port = await freePort();
});
afterEach(() => {
  for (const { run, tree } of started.splice(0)) {
    for (const leader of [run.npm.pid, tree?.wrangler.pid]) endGroup(leader);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function endGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended, as it should.
  }
}

async function start(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<{ run: Run; tree: Tree }> {
  const run = npmStart({ PORT: String(port), STATE_DIR: state, ...env }, ...args);
  started.push({ run });
  await isReady(run);
  const tree = processTree(run);
  started.push({ run, tree });
  return { run, tree };
}

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** With a `Host` of its own, which `fetch` does not send. */
async function askAs(host: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const request = get({ host: "127.0.0.1", port, path, headers: { ...headers, host } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode, type: response.headers["content-type"], body: await text(response) };
}

async function health(): Promise<unknown> {
  return (await fetch(`http://localhost:${port}/api/health`)).json();
}

describe("when it cannot start", () => {
  async function refusal(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
    const run = startOnly({ PORT: String(port), STATE_DIR: state, ...env }, ...args);
    started.push({ run });
    expect(await run.exitCode).toBe(1);
    return run.output().trim();
  }

  it("says that the port is taken, and which other to try", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    expect(await refusal({ PORT: String(taken) })).toBe(`Port ${taken} is taken. Try: PORT=9000 npm start`);
    server.close();
  });

  it("sees a port that is taken on the IPv6 side of localhost, where the machine has one", async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const host = addresses.some(({ address }) => address === "::1") ? "::1" : "127.0.0.1";
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    expect(await refusal({ PORT: String(taken) })).toContain(`Port ${taken} is taken.`);
    server.close();
  });

  it.each(["0", "65536", "http", "-1"])("refuses %s as a port", async (text) => {
    expect(await refusal({ PORT: text })).toBe(`PORT must be a whole number from 1 to 65535, not "${text}".`);
  });

  it("says that the state folder cannot be written", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect(await refusal({ STATE_DIR: file })).toMatch(
      /^The state folder .*a-file cannot be written \(EEXIST\)\..*$/,
    );
    expect(await refusal({ STATE_DIR: join(file, "state") })).toMatch(/ cannot be written \(ENOTDIR\)\..*$/);
  });

  it("names a variable that the worker could not use, and keeps its value to itself", async () => {
    const told = await refusal({ DAILY_SPEND_LIMIT_USD: "a-lot" });
    expect(told).toMatch(/^The worker could not use its variables: DAILY_SPEND_LIMIT_USD must be [^\n]*$/);
    expect(told).not.toContain("a-lot");
  });

  it.each(["--relaod", "--host", "--host http://tunnel.test", "tunnel.test", "--upstream constructor"])(
    "refuses %s",
    async (line) => {
      const told =
        /^The options are --reload, --library, --host <name>, .* and --upstream <openai \| .* \| vllm>\.$/;
      expect(await refusal({}, ...line.split(" "))).toMatch(told);
    },
  );
});

it("says that another one uses the state folder, and how to have both", () => {
  const used = mkdtempSync(join(folder, "used-"));
  expect(claimStateFolder(used)).toBeUndefined();
  expect(claimStateFolder(used)).toContain(`Another npm start (process ${process.pid}) uses ${used}, too`);
});

describe("npm start", () => {
  it(
    "serves, stops on the first Ctrl-C, finds its database again, and leaves nothing behind when npm is killed",
    async () => {
      const first = await start();
      expect(await health()).toMatchObject({ status: "ok", label: "offline stand-in for OpenAI" });
      expect(first.run.output()).toMatch(new RegExp(`http://localhost:${port}/#admin=[\\w-]{32}\\n`));
      expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain("AskNewton Edge");
      await expectNoAsset("/assets/gone.js");
      expect(first.run.output()).toContain(`curl -s http://localhost:${port}/api/personas/generate -H`);
      process.kill(-first.tree.npm.pid, "SIGINT");
      expect([0, 130, null]).toContain(await first.run.exitCode);
      await nothingIsLeftOf(first.tree, port);
      expect(first.run.output()).not.toMatch(STACK_TRACE);

      const migrations = appliedMigrations();
      const second = await start();
      expect(second.run.output()).not.toContain("Another npm start");
      process.kill(second.tree.npm.pid, "SIGKILL");
      await nothingIsLeftOf(second.tree, port);
      expect(migrations).not.toEqual([]);
      expect(appliedMigrations()).toEqual(migrations);
    },
    START_MS,
  );

  it(
    "answers to this machine's names and to what --host names, not to a page elsewhere that has its name point here; leaves nothing behind when its terminal closes",
    async () => {
      const { tree } = await start({ ALLOWED_ORIGINS: "https://app.test" }, "--host", "Tunnel.test");
      for (const host of ["localhost", "127.0.0.1", "[::1]", "app.localhost", "tunnel.test"])
        expect([host, (await askAs(`${host}:${port}`, "/api/health")).status]).toEqual([host, 200]);
      for (const origin of [`http://localhost:${port}`, "http://localhost:3000", "https://app.test"])
        expect([origin, (await askAs("localhost", "/api/health", { origin })).status]).toEqual([origin, 200]);
      for (const host of [
        "rebound.test",
        "localhost.rebound.test",
        "tunnel.test.rebound.test",
        "192.168.0.7",
      ]) {
        const { status, type, body } = await askAs(`${host}:${port}`, "/api/personas/generate");
        expect([status, type]).toEqual([421, "application/problem+json"]);
        expect(JSON.parse(body)).toMatchObject({ status: 421, code: "host_not_allowed" });
        expect(JSON.parse(body).detail).toContain("npm start -- --host <name>");
        expect((await askAs(host, "/")).status).toBe(421);
        // Wrangler believes this header, which such a page may send, but the browser says whose page it is.
        const forged = { "mf-original-url": `http://localhost:${port}/api/health`, origin: `http://${host}` };
        expect((await askAs(host, "/api/health", forged)).status).toBe(421);
      }
      process.kill(-tree.npm.pid, "SIGHUP");
      await nothingIsLeftOf(tree, port);
    },
    START_MS,
  );

  it(
    "starts where the home cannot be written; leaves nothing behind when its guard is killed",
    async () => {
      const { tree } = await start({ HOME: "/dev/null/home", XDG_CONFIG_HOME: undefined });
      await isKilledWhole(tree, "guard");
    },
    START_MS,
  );

  it(
    "has the stand-in behave like another server, for personas, portraits and chat; leaves nothing behind when its main is killed",
    async () => {
      const { run, tree } = await start({ OPENAI_API_KEY: "sk-unused" }, "--upstream", "gateway");
      expect(run.output()).toContain("stand-in for OpenAI, which behaves like gateway");
      const post = async (path: string, body: object) => {
        const init = { method: "POST", headers: { "content-type": "application/json" } };
        const url = `http://localhost:${port}${path}`;
        const response = await fetch(url, { ...init, body: JSON.stringify(body) });
        return { status: response.status, body: await response.json() };
      };
      const asked = { leadData: { name: "Ann", state: "Ohio" }, config: { count: 1 }, images: "wait" };
      const messages = [{ role: "user", content: "What is a deductible?" }];
      const answers = [post("/api/personas/generate", asked), post("/api/chat", { messages })];
      expect(await Promise.all(answers)).toMatchObject([
        { status: 200, body: { personas: [{ imageStatus: "ready" }] } },
        { status: 200, body: { finishReason: "stop" } },
      ]);
      await isKilledWhole(tree, "main");
    },
    START_MS,
  );

  it(
    "uses the real API where there is a key, shows the key to nobody, and ends when wrangler does",
    async () => {
      const key = "sk-for-this-test-only";
      const { run, tree } = await start({ OPENAI_API_KEY: key, DEPLOYMENT_LABEL: "of this test" });
      expect(await health()).toMatchObject({ label: "of this test" });
      expect(run.output()).toContain("the real OpenAI API");
      expect(tree.all.map(({ command }) => command).join("\n")).not.toContain(key);
      process.kill(tree.wrangler.pid, "SIGKILL");
      expect(await run.exitCode).toBe(1);
      await nothingIsLeftOf(tree, port);
      expect(run.output()).toContain("The server (wrangler dev) ended by itself, with SIGKILL.\n");
      expect(run.output()).not.toContain(key);
    },
    START_MS,
  );

  it(
    "ends when the process that holds the port has crashed, which wrangler survives without answering",
    async () => {
      const { run, tree } = await start();
      process.kill(tree.portHolder.pid, "SIGKILL");
      expect(await run.exitCode).toBe(1);
      await nothingIsLeftOf(tree, port);
      expect(run.output()).toContain("The server does not answer");
    },
    START_MS,
  );
});

/** Nothing is left when one of its processes is killed. */
async function isKilledWhole(tree: Tree, victim: "main" | "guard"): Promise<void> {
  process.kill(tree[victim].pid, "SIGKILL");
  await nothingIsLeftOf(tree, port);
}

/** Answered by the Worker, not by the platform's router before it. */
async function expectNoAsset(path: string): Promise<void> {
  const { status, headers } = await fetch(`http://localhost:${port}${path}`);
  expect([status, headers.get("Cache-Control")]).toEqual([404, "no-store"]);
  expect(headers.get("X-Request-Id")).toMatch(/./);
}

/** Each with the time when it was applied. */
function appliedMigrations(): unknown[] {
  const databases = join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  const files = readdirSync(databases).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.flatMap((name) => {
    const database = new DatabaseSync(join(databases, name));
    const rows = database.prepare("SELECT name, applied_at FROM d1_migrations").all();
    database.close();
    return rows;
  });
}
