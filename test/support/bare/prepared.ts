import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ROOT, sourcesFingerprint } from "../../../dev/site/sources.ts";

const CACHE = join(ROOT, "node_modules/.cache");
const SOURCES = ["src", "migrations", "wrangler.toml", "package-lock.json"];

export const WRANGLER = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
export const ENVIRONMENT = {
  ...process.env,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  CI: "true",
};

/** What a bare worker starts from: paths. */
export interface Prepared {
  /** The bundle, as it would be deployed. */
  readonly script: string;
  /** The bindings of wrangler.toml, for the runtime that wrangler starts: JSON. */
  readonly bindings: string;
  /** A state folder with a migrated database; to be copied. */
  readonly state: string;
}

function partsOf(folder: string): Prepared {
  const [script, bindings, state] = ["bundle/worker.js", "bindings.json", "state"];
  return { script: join(folder, script), bindings: join(folder, bindings), state: join(folder, state) };
}

async function wrangler(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [WRANGLER, ...args], { cwd: ROOT, env: ENVIRONMENT });
}

async function writeBindings(file: string): Promise<void> {
  const { unstable_getMiniflareWorkerOptions: read } = await import("wrangler");
  writeFileSync(file, JSON.stringify(read(join(ROOT, "wrangler.toml")).workerOptions));
}

/** Beside and then renamed: several may ask at the same time. */
async function prepare(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  const { script, bindings, state } = partsOf(made);
  try {
    await Promise.all([
      wrangler("deploy", "--dry-run", "--outdir", dirname(script)),
      wrangler("d1", "migrations", "apply", "DB", "--local", "--persist-to", state),
      writeBindings(bindings),
    ]);
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // another was quicker
  }
}

/** Made once for all tests, by wrangler itself, and again when what it is made from has changed. */
export async function prepared(): Promise<Prepared> {
  const folder = join(CACHE, `bare-worker-${sourcesFingerprint(SOURCES).slice(0, 16)}`);
  if (!existsSync(folder)) await prepare(folder);
  return partsOf(folder);
}
