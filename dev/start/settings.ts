import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { parseConfig } from "../../src/config/config.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

/** Why it cannot start, or go on, in words for the person who started it. */
export class StartError extends Error {}

export type Variables = Readonly<Record<string, string>>;

export interface Settings {
  readonly port: number;
  readonly reload: boolean;
  /** D1, R2, queues and Durable Objects live here between runs. `STATE_DIR` moves it, for a second one beside it. */
  readonly stateFolder: string;
  /** For the worker. */
  readonly variables: Variables;
}

export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const stranger = args.find((arg) => arg !== "--reload");
  if (stranger !== undefined) throw new StartError(`There is no option ${stranger}, only --reload.`);
  return {
    port: readPort(env.PORT || "8787"),
    reload: args.includes("--reload"),
    stateFolder: resolve(ROOT, env.STATE_DIR || join(".wrangler", "state")),
    variables: readVariables(env),
  };
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
  const reasons = result.faults.map(({ variable, reason }) => `${variable} ${reason}`);
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
