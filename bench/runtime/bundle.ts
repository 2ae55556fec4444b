import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

export const ROOT = join(import.meta.dirname, "..", "..");
const WRANGLER = join(ROOT, "node_modules", "wrangler", "bin", "wrangler.js");
const BARE = join(ROOT, "bench", "bare");

const run = promisify(execFile);

/** What a deployment would upload, as one text. Throws with wrangler's own words where it does not build. */
async function bundle(config: string, entry: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bench-bundle-"));
  try {
    const args = ["deploy", ...entry, "--dry-run", "--outdir", folder, "--config", config];
    const env = { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" };
    await run(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env });
    const name = basename(entry[0] ?? "worker.ts").replace(/\.ts$/, ".js");
    return await readFile(join(folder, name), "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Each is built once: the code does not change while it is measured. */
const built = new Map<string, Promise<string>>();

function once(name: string, build: () => Promise<string>): Promise<string> {
  const code = built.get(name) ?? build();
  built.set(name, code);
  return code;
}

export function serviceCode(): Promise<string> {
  return once("", () => bundle(join(ROOT, "wrangler.toml"), []));
}

/** One of `bench/bare/`, by its name. */
export function bareCode(name: string): Promise<string> {
  return once(name, () => bundle(join(BARE, "wrangler.toml"), [join(BARE, `${name}.ts`)]));
}
