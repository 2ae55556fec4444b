import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { hasEnded, look } from "./processes.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const INSTALLING = "Installing dependencies (once)…\n";

let project: string;

/** A project whose one dependency lies beside it, so that npm needs no network. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "asknewton-install-"));
  for (const folder of ["dev", "wrangler"]) mkdirSync(join(project, folder));
  copyFileSync(join(ROOT, "dev/ensure-installed.mjs"), join(project, "dev/ensure-installed.mjs"));
  const wrangler = { name: "wrangler", version: "1.0.0", bin: { wrangler: "cli.js" } };
  writeFileSync(join(project, "wrangler", "cli.js"), "");
  write("wrangler/package.json", wrangler);
  writeManifest("file:wrangler");
  write("package-lock.json", {
    name: "a-project",
    lockfileVersion: 3,
    requires: true,
    packages: {
      "": { name: "a-project", devDependencies: { wrangler: "file:wrangler" } },
      "node_modules/wrangler": { resolved: "wrangler", link: true },
      wrangler: { version: "1.0.0", dev: true, bin: { wrangler: "cli.js" } },
    },
  });
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(path: string, value: unknown): void {
  writeFileSync(join(project, path), JSON.stringify(value));
}

function writeManifest(wrangler: string, scripts = {}): void {
  write("package.json", { name: "a-project", private: true, scripts, devDependencies: { wrangler } });
}

async function ensureInstalled(began?: (child: ChildProcess) => unknown) {
  const child = spawn(process.execPath, ["dev/ensure-installed.mjs"], {
    cwd: project,
    env: { ...process.env, CI: "true", NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const closed = once(child, "close");
  await began?.(child);
  const [code] = await closed;
  return { code, output };
}

it("installs the tools too, once, and then says nothing", async () => {
  expect(await ensureInstalled()).toEqual({ code: 0, output: INSTALLING });
  expect(existsSync(join(project, "node_modules", ".bin", "wrangler"))).toBe(true);
  expect(await ensureInstalled()).toEqual({ code: 0, output: "" });
});

it.each([
  "node_modules/wrangler",
  "node_modules/.bin/wrangler",
  "node_modules/.package-lock.json",
  "node_modules/.asknewton-install",
])("repairs an install that lacks %s", async (part) => {
  await ensureInstalled();
  rmSync(join(project, part), { recursive: true });
  expect(await ensureInstalled()).toEqual({ code: 0, output: INSTALLING });
  expect(existsSync(join(project, part))).toBe(true);
});

it("tells in its first line that npm failed, then what npm says, and tries again next time", async () => {
  await ensureInstalled();
  writeManifest("1.0.1");
  const { code, output } = await ensureInstalled();
  expect(code).toBe(1);
  expect(output).toMatch(
    /^Installing .*\nDependencies were not installed: npm ci ended with exit code 1\nnpm error /,
  );
  writeManifest("file:wrangler");
  expect(await ensureInstalled()).toEqual({ code: 0, output: INSTALLING });
});

it.each(["SIGINT", "SIGTERM"] as const)(
  "leaves nothing of npm running after %s, so that it can be started again at once",
  async (signal) => {
    const hang = 'fs.writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000);';
    writeFileSync(join(project, "hang.cjs"), `const fs = require("node:fs"); ${hang}`);
    writeManifest("file:wrangler", { preinstall: "node hang.cjs" });
    const readPid = () => Number(readFileSync(join(project, "pid"), "utf8"));
    let script: ReturnType<typeof look>;
    const { code, output } = await ensureInstalled(async (child) => {
      script = await vi.waitUntil(() => existsSync(join(project, "pid")) && look(readPid()), 20_000);
      child.kill(signal);
    });
    expect(code).toBe(1);
    expect(output).toBe(
      `${INSTALLING}Dependencies were not installed: it was stopped. The next start begins anew.\n`,
    );
    await vi.waitUntil(() => script && hasEnded(script), 5_000);
    writeManifest("file:wrangler");
    expect(await ensureInstalled()).toEqual({ code: 0, output: INSTALLING });
  },
);
