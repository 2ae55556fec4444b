import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { ROOT } from "./bundle.ts";

const FOLDER = join(ROOT, "migrations");

function statements(): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(".sql"));
  return files
    .sort()
    .flatMap((file) => readFileSync(join(FOLDER, file), "utf8").split("--> statement-breakpoint"));
}

/** The one table of the bare Workers. */
export async function makeBareTable(database: D1Database): Promise<void> {
  await database.prepare("CREATE TABLE bare (key TEXT PRIMARY KEY, answer TEXT NOT NULL)").run();
}

/** Every table of the service; nothing where they are there already. */
export async function migrate(database: D1Database): Promise<void> {
  const found = await database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'persona_cache'").all();
  if (found.results.length > 0) return;
  await database.batch(statements().map((statement) => database.prepare(statement)));
}
