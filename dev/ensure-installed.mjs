// Installs the dependencies when they are missing, out of date or broken; otherwise it only looks.
// It runs before anything is installed and on old versions of Node, so it is plain JavaScript without dependencies.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, "node_modules");
const MARKER = join(MODULES, ".asknewton-install"); // written last, so an install that was cut short has none
const REASON_LINES = 15;
const REASON_CHARS = 100_000;

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

/** Throws what of npm's words is the reason. */
async function npmCi() {
  const { error, status, signal, stderr, stopped } = await runNpmCi();
  if (error) throw new Error(`npm could not be started (${error.code})`);
  if (stopped) throw new Error("it was stopped. The next start begins anew.");
  if (status === 0) return;
  const [message = ""] = stderr.split("npm error Clean install a project"); // a page of usage follows
  const reason = message.split("\n").filter((line) => line.replace("npm error", "").trim() !== "");
  const lines = [`npm ci ended with ${signal ?? `exit code ${status}`}`, ...reason.slice(-REASON_LINES)];
  throw new Error(lines.join("\n"));
}

/** A signal kills npm at once, which would go on for half a minute otherwise, in the way of the next install. */
async function runNpmCi() {
  const npm = spawn("npm", ["ci", "--include=dev", "--include=optional", "--loglevel=error"], {
    cwd: ROOT,
    env: npmEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true, // leads a process group, so that what it began can be killed too
  });
  const ended = new Promise((resolve) => {
    npm.once("error", (error) => resolve({ error }));
    npm.once("close", (status, signal) => resolve({ status, signal }));
  });
  let stderr = "";
  npm.stderr.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-REASON_CHARS);
  });
  let stopped = false;
  const stop = () => {
    stopped = npm.exitCode === null;
    if (stopped) process.kill(-npm.pid, "SIGKILL");
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(name, stop);
  return { ...(await ended), stderr, stopped };
}

async function install() {
  console.log("Installing dependencies (once)…");
  rmSync(MARKER, { force: true });
  await npmCi();
  writeFileSync(MARKER, fingerprint());
  if (!isInstalled())
    throw new Error("npm ci ended well, but a part is missing; is there a newer Node for this system?");
}

try {
  if (process.platform === "win32")
    throw new Error("Windows is supported through WSL only: run this inside it.");
  if (!isInstalled()) await install();
} catch (error) {
  console.error(`Dependencies were not installed: ${error.message}`);
  process.exitCode = 1;
}
