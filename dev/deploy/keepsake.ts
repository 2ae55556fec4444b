import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import type { Values } from "./secrets.ts";

/**
 * A Worker's secrets cannot be read back, so what was made up for it is kept here first, in a file that git
 * ignores and only its owner can read.
 */
export function keepsakeOf(folder: string, worker: string) {
  const path = join(folder, ".wrangler", "secrets", `${worker}.env`);

  function read(): Values {
    try {
      return parseEnv(readFileSync(path, "utf8")) as Values;
    } catch {
      return {}; // there is none yet
    }
  }

  return {
    path,
    read,
    add(values: Values): void {
      const lines = Object.entries({ ...read(), ...values }).map(([name, value]) => `${name}=${value}\n`);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, lines.join(""), { mode: 0o600 });
    },
  };
}
