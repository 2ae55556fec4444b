import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../dev/site/sources.ts";
import { ENVIRONMENT, prepared, WRANGLER } from "./bare/prepared.ts";
import type { Served } from "./bare/serve.ts";
import { hold } from "./hold.ts";

const SERVE = join(import.meta.dirname, "bare/serve.ts");
const DATABASE = "v3/d1/miniflare-D1DatabaseObject/[!m]*.sqlite";
const BOUND_MS = 60_000; // far above what a start takes, on a busy machine too

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The bare worker, over a state folder of its own. */
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

export interface BareWorkerOptions {
  /** What `wrangler dev` bundles and serves, as an operator has it. Without it the bundle that is there is served. */
  readonly entry?: string;
  /** Of wrangler's. By default any free one: wrangler would look for one and take it later, when another may have it. */
  readonly inspectorPort?: number;
}

function wranglerDev(entry: string, inspectorPort: number, { port, state, variables }: Served): string[] {
  const vars = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const place = ["--port", String(port), "--ip", "127.0.0.1", "--inspector-port", String(inspectorPort)];
  const quiet = ["--show-interactive-dev-session=false", "--env-file", devNull];
  return [WRANGLER, "dev", entry, ...place, "--persist-to", state, ...quiet, ...vars];
}

export async function createBareWorker(
  variables: Record<string, string>,
  { inspectorPort = 0, entry }: BareWorkerOptions = {},
): Promise<BareWorker> {
  const state = mkdtempSync(join(tmpdir(), "asknewton-"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let group: ChildProcess | undefined;
  let output = "";

  const made = await prepared();
  cpSync(made.state, state, { recursive: true });
  const served: Served = { ...made, port, state, variables };
  // Anew for each life: a test may change the variables between two.
  const args = () =>
    entry === undefined ? [SERVE, JSON.stringify(served)] : wranglerDev(entry, inspectorPort, served);

  function spawnGroup(): ChildProcess {
    const spawned = spawn(process.execPath, args(), {
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
      if (Date.now() > deadline) throw new Error(`the worker did not come up: ${output}`);
      if (group.exitCode !== null) group = spawnGroup(); // another had taken a port that had been found free
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
    sql(command) {
      const [file = ""] = globSync(DATABASE, { cwd: state });
      const database = new DatabaseSync(join(state, file));
      database.exec(command);
      database.close();
    },
    async dispose() {
      await kill();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
