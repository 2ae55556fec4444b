import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules", ".cache"); // goes when its package does

/** Not the package's own list: that is for a cloud function, one process without a same-origin policy. */
const ARGS = ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--hide-scrollbars"];

/** Unpacked once, beside and then renamed: several may ask at the same time. */
async function unpacked(): Promise<string> {
  const folder = join(CACHE, "chromium");
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(join(CACHE, "chromium-"));
  const { TMPDIR } = process.env;
  process.env.TMPDIR = made; // where the package unpacks to
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    await packed.executablePath();
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another was quicker
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
  return folder;
}

/** A real Chromium, from the package registry alone, with fonts of its own. */
export async function launchBrowser(): Promise<Browser> {
  const folder = await unpacked();
  return await chromium.launch({
    executablePath: join(folder, "chromium"),
    args: ARGS,
    env: { ...process.env, FONTCONFIG_PATH: join(folder, "fonts") },
  });
}
