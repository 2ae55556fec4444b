import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

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

/** By their paths within the folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function filesOf(source: string): string[] {
  const path = join(ROOT, source);
  return statSync(path).isFile() ? [source] : filesIn(path).map((file) => join(source, file));
}

/** Changes with anything that the site, or another thing, is made from. By content: a fresh clone has times that say nothing. */
export function sourcesFingerprint(sources: readonly string[] = SOURCES): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap(filesOf).sort()) {
    const bytes = readFileSync(join(ROOT, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}
