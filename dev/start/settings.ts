import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { parseConfig } from "../../src/config/config.ts";
import { isProfile, PROFILES } from "../stand-in/profiles/profiles.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

/** Why it cannot start, or go on, in words for the person who started it. */
export class StartError extends Error {}

const HOST_NAME = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i; // an IPv4 address, too

export type Variables = Readonly<Record<string, string>>;

export type Settings = ReturnType<typeof readSettings>;

export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv) {
  const { reload, library, host, upstream } = readOptions(args);
  return {
    port: readPort(env.PORT || "8787"),
    reload,
    /** Portraits come from the library, which is made first. */
    library,
    /** The server that the stand-in is like; undefined where none was asked for. */
    upstream,
    /** Names under which it answers besides this machine's own, lower case: those of a tunnel, say. */
    hosts: host.map((name) => name.toLowerCase()),
    /** D1, R2, queues and Durable Objects live here between runs. `STATE_DIR` moves it, for a second one beside it. */
    stateFolder: resolve(ROOT, env.STATE_DIR || join(".wrangler", "state")),
    /** For the worker. */
    variables: readVariables(library ? { ...env, PORTRAITS: "library" } : env),
  };
}

function readOptions(args: readonly string[]) {
  const options = {
    reload: { type: "boolean", default: false },
    library: { type: "boolean", default: false },
    host: { type: "string", multiple: true, default: [] as string[] },
    upstream: { type: "string" },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const { reload, library, host, upstream } = values;
    const isKnown = upstream === undefined || isProfile(upstream);
    if (isKnown && host.every((name) => HOST_NAME.test(name))) return { reload, library, host, upstream };
  } catch {
    // No option of this, or one without its value.
  }
  throw new StartError(
    `The options are --reload, --library, --host <name>, such as tunnel.example.com, and --upstream <${Object.keys(PROFILES).join(" | ")}>.`,
  );
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new StartError(`PORT must be a whole number from 1 to 65535, not "${text}".`);
}

/** All of `.dev.vars`, and over it what the environment has under a name that the worker knows, even if empty. */
function readVariables(env: NodeJS.ProcessEnv): Variables {
  const variables = readDevVars();
  for (const name of knownNames()) {
    const value = env[name];
    if (value !== undefined) variables[name] = value;
  }
  const result = parseConfig(variables);
  if (result.ok) return variables;
  const reasons = result.errors.map(({ variable, reason }) => `${variable} ${reason}`);
  throw new StartError(`The worker could not use its variables: ${reasons.join("; ")}.`);
}

function knownNames(): string[] {
  const defaults = parseConfig({});
  return defaults.ok ? Object.keys(defaults.config) : [];
}

function readDevVars(): Record<string, string> {
  try {
    return parseEnv(readFileSync(join(ROOT, ".dev.vars"), "utf8")) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new StartError(`.dev.vars could not be read: ${(error as Error).message}`);
  }
}
