import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "node_modules", ".cache", "browser"); // goes when its package does
const UNPACK =
  'const { default: packed } = await import("@sparticuz/chromium"); await packed.executablePath();';

/** Has the package unpack the libraries too that it takes a cloud function to lack; many a small system does. */
const AS_A_CLOUD_FUNCTION = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };

/** Not the package's own list: that is for a cloud function, one process without a same-origin policy. */
const ARGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--hide-scrollbars"];

/** The package registry has a Chromium for this system; on others it is the Chrome that is installed. */
export const isPacked = process.platform === "linux" && process.arch === "x64";

/** Unpacked once, beside and then renamed: several may ask at the same time. */
async function unpack(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  let made: string | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    made = mkdtempSync(`${folder}-`);
    // In a process of its own, since the package unpacks into what its process takes for the temporary folder.
    const env = { ...AS_A_CLOUD_FUNCTION, TMPDIR: made };
    await promisify(execFile)(process.execPath, ["--input-type=module", "-e", UNPACK], { cwd: ROOT, env });
    copyFileSync(join(import.meta.dirname, "fonts.conf"), join(made, "fonts.conf"));
    renameSync(made, folder);
  } catch (error) {
    if (made) rmSync(made, { recursive: true, force: true });
    if (existsSync(folder)) return; // another was quicker
    const { message } = error as Error;
    throw new Error(`The browser of the tests cannot be unpacked into ${folder}: ${message}`, {
      cause: error,
    });
  }
}

function explain({ message }: Error): string {
  const [, library] = /error while loading shared libraries: ([^\s:]+)/.exec(message) ?? [];
  return library ? `this system lacks ${library}.` : message;
}

/**
 * A real Chromium, from the package registry alone: with libraries and fonts of its own, and nothing of this
 * machine's environment. `folder` is where it is unpacked to, and where it keeps the cache of its fonts.
 */
export async function launchBrowser(folder = FOLDER): Promise<Browser> {
  if (isPacked) await unpack(folder);
  const packed = {
    executablePath: join(folder, "chromium"),
    env: {
      HOME: folder,
      TMPDIR: process.env.TMPDIR,
      XDG_CACHE_HOME: folder,
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
      LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
    },
  };
  try {
    return await chromium.launch({ args: ARGS, ...(isPacked ? packed : { channel: "chrome" }) });
  } catch (error) {
    throw new Error(`The browser of the tests cannot start: ${explain(error as Error)}`, { cause: error });
  }
}
