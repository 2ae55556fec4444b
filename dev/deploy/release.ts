import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeployError } from "./options.ts";
import type { Values } from "./secrets.ts";
import type { RecordEntry, Wrangler } from "./wrangler.ts";

/** The database first: a migration only adds, so the Worker that runs meanwhile goes on with it. */
export async function migrate(wrangler: Wrangler): Promise<void> {
  await wrangler.demand(["d1", "migrations", "apply", "DB", "--remote"]);
}

/** In a file that only its owner can read, since every user of the machine can read arguments; gone afterwards. */
async function deployWith(secrets: Values, wrangler: Wrangler): Promise<readonly RecordEntry[]> {
  if (Object.keys(secrets).length === 0) return await wrangler.show(["deploy"]);
  const folder = mkdtempSync(join(tmpdir(), "asknewton-secrets-"));
  const file = join(folder, "secrets.json"); // in the .env format a $ would be expanded
  try {
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600, flag: "wx" });
    return await wrangler.show(["deploy", "--secrets-file", file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Builds and uploads the Worker with `secrets`, in one version, and gives the base URL at which it answers: `domain`
 * where there is one.
 */
export async function release(
  wrangler: Wrangler,
  domain: string | undefined,
  secrets: Values,
): Promise<string> {
  const entries = await deployWith(secrets, wrangler);
  const { targets = [] } = entries.findLast(({ type }) => type === "deploy") ?? {};
  const url = domain ?? targets.find((target) => /^https?:\/\//.test(target));
  if (url) return url.replace(/\/$/, "");
  throw new DeployError("It is deployed, but at no address: set workers_dev or routes in wrangler.toml.");
}
