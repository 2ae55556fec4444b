import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { familyOf, hasEnded, type Process } from "./processes.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

const POLL_MS = 50;
const BOUND_MS = 60_000; // far above what any of it takes, also on a busy machine

export interface Run {
  readonly npm: ChildProcess;
  readonly exitCode: Promise<number | null>;
  output(): string;
}

/** `npm start` as a terminal does it: leader of a process group of its own. */
export function npmStart(env: NodeJS.ProcessEnv, ...args: string[]): Run {
  // Without `prestart`: the tests are running, so all is installed, and must not be replaced under them.
  return run("npm", ["start", "--ignore-scripts", "--", ...args], env);
}

/** Without npm around it, for what ends before anything is started. */
export function startOnly(env: NodeJS.ProcessEnv, ...args: string[]): Run {
  return run(process.execPath, ["dev/start/main.ts", ...args], env);
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Run {
  // An empty key is no key, whatever a developer's .dev.vars says.
  const npm = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, OPENAI_API_KEY: "", ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exitCode = once(npm, "close").then(([code]) => code as number | null);
  return { npm, exitCode, output: () => output };
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + BOUND_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await sleep(POLL_MS);
  }
}

export async function isReady({ output, npm }: Run): Promise<void> {
  await until(`ready, but: ${output()}`, () => output().includes("is ready at") || npm.exitCode !== null);
}

/** The processes of one start, from npm down. */
export interface Tree {
  readonly npm: Process;
  readonly main: Process;
  readonly guard: Process;
  readonly wrangler: Process;
  readonly portHolder: Process;
  readonly all: readonly Process[];
}

export function processTree({ npm }: Run): Tree {
  const all = familyOf(npm.pid ?? 0);
  const find = (part: string) => {
    const found = all.find(({ command }) => command.includes(part));
    if (!found) throw new Error(`No process ${part} in: ${all.map(({ command }) => command).join("\n")}`);
    return found;
  };
  const root = all.find(({ pid }) => pid === npm.pid);
  if (!root) throw new Error("npm has ended");
  return {
    npm: root,
    main: find("start/main.ts"),
    guard: find("kill -s KILL"),
    wrangler: find("bin/wrangler.js"),
    portHolder: find("--socket-addr=entry=localhost:"),
    all,
  };
}

export async function nothingIsLeftOf({ all }: Tree, port: number): Promise<void> {
  await until(`the end of ${all.map(({ command }) => command).join("\n")}`, () => all.every(hasEnded));
  await until(`port ${port} is free`, () => isFree(port));
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
