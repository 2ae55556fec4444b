import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeployError } from "./options.ts";
import type { Wrangler } from "./wrangler.ts";

/** The database first: a migration only adds, so the Worker that runs meanwhile goes on with it. */
export async function migrate(wrangler: Wrangler): Promise<void> {
  await wrangler.demand(["d1", "migrations", "apply", "DB", "--remote"]);
}

interface DeployEntry {
  readonly type: string;
  readonly targets?: readonly string[];
}

/** Wrangler's own record of what it did, a JSON object a line. */
function targetsIn(file: string): readonly string[] {
  const entries = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as DeployEntry);
  return entries.findLast(({ type }) => type === "deploy")?.targets ?? [];
}

/** Builds and uploads the Worker, and gives the base URL at which it answers, `domain` where there is one. */
export async function release(wrangler: Wrangler, domain: string | undefined): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "asknewton-deploy-"));
  const record = join(folder, "record.ndjson");
  try {
    await wrangler.show(["deploy"], { WRANGLER_OUTPUT_FILE_PATH: record });
    const url = domain ?? targetsIn(record).find((target) => /^https?:\/\//.test(target));
    if (url) return url.replace(/\/$/, "");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  throw new DeployError("It is deployed, but at no address: set workers_dev or routes in wrangler.toml.");
}
