import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** The service's own code is among them: the API's document is made from its schemas. */
const SOURCES = [
  "playground",
  "client/src",
  "src",
  "dev/openapi",
  "dev/site",
  "package.json",
  "package-lock.json",
];

function filesIn(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  );
}

/** Changes with anything that the site, or another thing, is made from. By content: a fresh clone has times that say nothing. */
export function sourcesFingerprint(sources: readonly string[] = SOURCES): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap(filesIn).sort()) {
    const bytes = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}
