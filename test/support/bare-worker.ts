import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hold } from "./hold.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
const ENVIRONMENT = {
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  CI: "true",
};
const BOUND_MS = 60_000; // far above what a start takes, on a busy machine too

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The bare worker as an operator drives it: `wrangler dev` over a state folder of its own. */
export interface BareWorker {
  readonly origin: string;
  /** The folder of its database, bucket and objects. */
  readonly state: string;
  start(): Promise<void>;
  /** Asks for a path; the answer is held to the contract and the OpenAPI document. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** `kill -9` for the whole process group: launcher, its child and workerd. */
  kill(): Promise<void>;
  /** Kills what runs and forgets the state. */
  dispose(): Promise<void>;
  output(): string;
  /** Changes the database while nothing runs on it. */
  sql(command: string): void;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return true;
  } catch {
    return false;
  }
}

/** `more`: further arguments of `wrangler dev`. */
export async function createBareWorker(
  variables: Record<string, string>,
  // The inspector's port, since wrangler would look for a free one and take it later, when another may have taken it.
  more: readonly string[] = ["--inspector-port", "0"],
): Promise<BareWorker> {
  const state = mkdtempSync(join(tmpdir(), "asknewton-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const vars = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  let group: ChildProcess | undefined;
  let output = "";

  function d1(...args: string[]): void {
    const all = [WRANGLER, "d1", ...args, "--local", "--persist-to", state];
    execFileSync(process.execPath, all, { cwd: ROOT, env: ENVIRONMENT, stdio: "pipe" });
  }
  d1("migrations", "apply", "DB");

  function spawnGroup(): ChildProcess {
    const args = ["dev", "--port", String(port), "--ip", "127.0.0.1", "--persist-to", state];
    const quiet = ["--show-interactive-dev-session=false", "--env-file", devNull];
    const spawned = spawn(process.execPath, [WRANGLER, ...args, ...quiet, ...vars, ...more], {
      cwd: ROOT,
      env: ENVIRONMENT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [spawned.stdout, spawned.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    return spawned;
  }

  async function start(): Promise<void> {
    group = spawnGroup();
    const deadline = Date.now() + BOUND_MS;
    while (!(await answers(`${origin}/api/health`))) {
      if (Date.now() > deadline) throw new Error(`wrangler dev did not come up: ${output}`);
      if (group.exitCode !== null) group = spawnGroup(); // another had taken a port that wrangler had found free
      await sleep(50);
    }
  }

  async function kill(): Promise<void> {
    if (group?.pid === undefined || group.exitCode !== null || group.signalCode !== null) return;
    const closed = once(group, "close");
    process.kill(-group.pid, "SIGKILL");
    await closed;
  }

  return {
    origin,
    state,
    start,
    async ask(path, init) {
      const url = `${origin}${path}`;
      return await hold(new Request(url, init), await fetch(url, init));
    },
    kill,
    output: () => output,
    sql: (command) => d1("execute", "DB", "--command", command),
    async dispose() {
      await kill();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
