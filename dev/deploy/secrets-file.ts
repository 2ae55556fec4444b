import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { DeployError, type Values } from "./options.ts";

/**
 * A Worker's secrets cannot be read back, so what was made up for it is kept here first, in a file that git
 * ignores and only its owner can read, whatever its mode was before.
 */
export function secretsFile(folder: string, worker: string) {
  const path = join(folder, ".wrangler", "secrets", `${worker}.env`);

  /** Throws where there is a file that cannot be read: what it holds must not be made up again. */
  function read(): Values {
    try {
      return parseEnv(readFileSync(path, "utf8")) as Values;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return {};
      throw new DeployError(`The secrets that were made up before cannot be read (${code}): ${path}`);
    }
  }

  return {
    path,
    read,
    /** A new file in place of the old: a mode given to the old one would come after its readers. */
    add(values: Values): void {
      const lines = Object.entries({ ...read(), ...values }).map(([name, value]) => `${name}=${value}\n`);
      const next = `${path}.new`;
      mkdirSync(dirname(path), { recursive: true });
      chmodSync(dirname(path), 0o700);
      rmSync(next, { force: true });
      writeFileSync(next, lines.join(""), { mode: 0o600, flag: "wx" });
      renameSync(next, path);
    },
  };
}
