// Builds before packing, in a fresh clone, too. Plain JavaScript: it may run on an old Node, the build does not.
import { execFileSync, execSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pathOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// Only where there is nothing yet: whoever packs in the middle of something needs the modules that are there.
if (!existsSync(pathOf("node_modules")))
  execFileSync(process.execPath, [pathOf("dev/ensure-installed.mjs")], { stdio: "inherit" });
execSync("npm run build", { stdio: "inherit" }); // by npm, which puts the project's own Node first
