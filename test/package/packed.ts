import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** What a front end that installs the package may have beside it. */
const NEIGHBOURS = ["react", "use-debounce", "ai", "@types/react", "csstype"];

export interface Packed {
  readonly tarball: string;
  /** The paths in it, without the folder that every package is in. */
  readonly files: readonly string[];
  /** A project that has installed it. */
  readonly project: string;
}

export function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Packs the package as `npm publish` would, which builds it first, and installs it elsewhere. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "asknewton-package-"));
  const [line] = run("npm", ["pack", "-w", "client", "--silent", "--pack-destination", folder], ROOT)
    .trim()
    .split("\n")
    .slice(-1);
  const tarball = join(folder, line ?? "");
  const listed = run("tar", ["-tzf", tarball], folder).trim().split("\n");

  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "asknewton"), { recursive: true });
  run("tar", ["-xzf", tarball, "--strip-components=1", "-C", join(modules, "asknewton")], folder);
  for (const name of NEIGHBOURS) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  return { tarball, files: listed.map((file) => file.replace("package/", "")), project: folder };
}
