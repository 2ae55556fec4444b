import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import type { Cloudflare } from "../support/cloudflare/server.ts";

const ROOT = join(import.meta.dirname, "../..");
const PRELOAD = join(ROOT, "test/support/cloudflare/preload.mjs");
/** What wrangler builds the Worker from. */
const SOURCES = ["src", "dev", "client", "playground", "migrations", "dist", "node_modules", "package.json"];

/** The project in a folder of its own, deployed by the real wrangler into an account on loopback. */
export function realProject({ account, apiBaseUrl, origin }: Cloudflare) {
  const folder = mkdtempSync(join(tmpdir(), "asknewton-deploy-real-"));
  const config = join(folder, "wrangler.toml");
  cpSync(join(ROOT, "wrangler.toml"), config);
  for (const name of SOURCES) symlinkSync(join(ROOT, name), join(folder, name));
  const environment = {
    PATH: [join(ROOT, "node_modules/.bin"), process.env.PATH].join(delimiter),
    HOME: folder,
    NO_COLOR: "1",
    NODE_OPTIONS: `--import=${PRELOAD}`,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    DEPLOYED_AT: `${origin}/deployed`,
    CLOUDFLARE_API_BASE_URL: apiBaseUrl,
    CLOUDFLARE_API_TOKEN: "a-token-of-the-account",
    CLOUDFLARE_ACCOUNT_ID: account.id,
    OPENAI_API_KEY: "sk-of-the-test",
  };

  return {
    /** `npm run deploy -- …args`, where nobody can be asked. */
    async deploy(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
      const child = spawn(process.execPath, [join(ROOT, "dev/deploy/main.ts"), "--wait", "0", ...args], {
        cwd: folder,
        env: { ...environment, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
      const lines = stripVTControlCharacters(stderr).trim().split("\n");
      return {
        code,
        stdout: stripVTControlCharacters(stdout),
        stderr: lines.join("\n"),
        last: lines.at(-1) ?? "",
      };
    },
    edit(change: (toml: string) => string): void {
      writeFileSync(config, change(readFileSync(config, "utf8")));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
