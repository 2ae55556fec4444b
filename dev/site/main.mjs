// What wrangler's [build] runs: makes dist/site when it is missing or older than its sources, else only looks.
// Plain JavaScript, since wrangler runs on versions of Node that do not read TypeScript by themselves.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = dirname(fileURLToPath(import.meta.url));
const OWN_NODE = join(FOLDER, "../../node_modules/.bin/node");

if (process.features.typescript) {
  const { keepSite } = await import("./build.ts");
  await keepSite();
} else {
  const { status } = spawnSync(OWN_NODE, [fileURLToPath(import.meta.url)], { stdio: "inherit" });
  process.exit(status ?? 1);
}
