// Installs the dependencies when they are missing, out of date or broken; otherwise it only looks.
// It runs before anything is installed and on old versions of Node, so it is plain JavaScript without dependencies.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./install-lock.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const MARKER = join(MODULES, ".asknewton-install"); // written last, so an install that was cut short has none
const LOCK = join(ROOT, ".wrangler", "install.lock"); // outside node_modules, which npm ci empties
const REASON_LINES = 15;

/** Changes with whatever decides what is installed. */
function fingerprint() {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const wanted = [manifest.dependencies, manifest.devDependencies, manifest.optionalDependencies];
  return createHash("sha256")
    .update(JSON.stringify([process.platform, process.arch, wanted]))
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
}

/** Node runs TypeScript by itself from 22.18 on; an older one needs the project's own beside it. */
function hasNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  return existsSync(join(MODULES, ".bin", "node")) || major > 22 || (major === 22 && minor >= 18);
}

/** Also false when packages were deleted from an install that was whole once. */
function isInstalled() {
  try {
    if (readFileSync(MARKER, "utf8") !== fingerprint()) return false;
    const { packages } = JSON.parse(readFileSync(join(MODULES, ".package-lock.json"), "utf8"));
    const wrangler = join(MODULES, ".bin", "wrangler");
    return Object.keys(packages).every(isThere) && existsSync(wrangler) && hasNode();
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error instanceof SyntaxError) return false;
    throw error;
  }
}

function isThere(path) {
  return existsSync(join(ROOT, path, "package.json"));
}

/** Without the project's own Node, which npm ci deletes under way, and NODE_ENV, which may leave tools out. */
function npmEnvironment() {
  const { NODE_ENV: _, PATH = "", ...rest } = process.env;
  const folders = PATH.split(delimiter).filter((folder) => !folder.endsWith(join("node_modules", ".bin")));
  return { ...rest, PATH: folders.join(delimiter) };
}

/** Resolves to what went wrong, or undefined. */
function npmCi(alsoHeldBy) {
  const npm = spawn("npm", ["ci", "--include=dev", "--include=optional", "--loglevel=error"], {
    cwd: ROOT,
    env: npmEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (npm.pid) alsoHeldBy(npm.pid);
  let stderr = "";
  npm.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    npm.on("error", (error) => resolve(`npm could not be started (${error.code})`));
    npm.on("close", (code, signal) => {
      if (code === 0) return resolve(undefined);
      const [told = ""] = stderr.split("npm error Clean install a project"); // a page of usage follows
      const reason = told.split("\n").filter((line) => line.replace("npm error", "").trim() !== "");
      resolve(
        [`npm ci ended with ${signal ?? `exit code ${code}`}`, ...reason.slice(-REASON_LINES)].join("\n"),
      );
    });
  });
}

async function install(alsoHeldBy) {
  if (isInstalled()) return; // another did it while this one waited for the lock
  console.log("Installing dependencies (once)…");
  rmSync(MARKER, { force: true });
  const problem = await npmCi(alsoHeldBy);
  if (problem) throw new Error(problem);
  writeFileSync(MARKER, fingerprint());
  if (!isInstalled())
    throw new Error("npm ci ended well, but a part is missing; is there a Node 24 for this system?");
}

try {
  if (!isInstalled()) await withLock(LOCK, install);
} catch (error) {
  console.error(`Dependencies were not installed: ${error.message}`);
  process.exitCode = 1;
}
