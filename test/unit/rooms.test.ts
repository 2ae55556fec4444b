import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

/** What every file may use. */
const GROUND = [
  "as-record.ts",
  "log.ts",
  "trace.ts",
  "counted-log.ts",
  "describe-error.ts",
  "hash.ts",
  "redact.ts",
  "config",
];
/** What the rooms stand on. They may use each other, never a room. */
const SHELVES = ["http", "db", "openai", "runs", "idempotency", "budget", "auth"];
/** Total functions of their arguments: no binding, no network, no clock. */
const PURE = /^\/(?!db\/).*\/(decision|request-key|key|resume|sse|schema|presenter|headers)\.ts$/;
const IMPURE = /^(cloudflare:|openai$|hono|drizzle-orm)|\/(client|store|upstream|worker)\.ts$|^compose\//;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.d)\.tsx?$/.test(file) && !file.includes("node_modules"))
    .map((file) => file.replaceAll("\\", "/"));
}

function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gm);
  return [...found].map(([, type, target = ""]) => {
    const inside = target.startsWith(".") ? relative(root, resolve(root, dirname(file), target)) : target;
    return { from: file, to: inside.replaceAll("\\", "/"), typeOnly: type !== undefined };
  });
}

const lines = (file: string) => readFileSync(join(SRC, file), "utf8").split("\n").length - 1;
const files = filesIn(SRC);
const imports = files.flatMap((file) => importsOf(SRC, file));
const roomOf = (file: string) => file.split("/")[0] ?? "";
const inside = imports.filter(({ to }) => files.includes(to));

function shown(found: Import[]): string[] {
  return found.map(({ from, to }) => `${from} → ${to}`);
}

describe("the dependency rule", () => {
  it("reads every import there is", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(inside.length).toBeGreaterThan(60);
  });

  it("the root is imported by nothing below it", () => {
    const isRoot = (file: string) =>
      file.startsWith("compose/") || (!file.includes("/") && !GROUND.includes(file));
    const wrong = inside.filter(({ from, to }) => isRoot(to) && !isRoot(from));
    expect(shown(wrong)).toEqual([]);
  });

  it("rooms stand on shelves and on the ground, and do not import each other", () => {
    const below = [...GROUND, ...SHELVES];
    const wrong = inside.filter(({ from, to }) => {
      const room = roomOf(from);
      return (
        from.includes("/") &&
        room !== "compose" &&
        !below.includes(room) &&
        roomOf(to) !== room &&
        !below.includes(roomOf(to))
      );
    });
    expect(shown(wrong)).toEqual([]);
  });

  it("shelves import no room, and the ground imports no shelf", () => {
    const wrong = inside.filter(({ from, to }) => {
      if (SHELVES.includes(roomOf(from))) return ![...SHELVES, ...GROUND].includes(roomOf(to));
      return GROUND.includes(roomOf(from)) && !GROUND.includes(roomOf(to));
    });
    expect(shown(wrong)).toEqual([]);
  });

  it("pure decisions import no input or output", () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) => PURE.test(`/${from}`) && !typeOnly && IMPURE.test(to),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it("no imports go round in a circle, types among them", () => {
    const folders = ["src", "client/src", "dev", "bench", "playground"];
    const all = folders.flatMap((folder) => filesIn(join(ROOT, folder)).map((file) => `${folder}/${file}`));
    const edges = all.flatMap((file) => importsOf(ROOT, file));
    let left = new Set(all);
    for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
      before = left.size;
      left = new Set(edges.filter(({ from, to }) => left.has(from) && left.has(to)).map(({ from }) => from));
    }
    expect(edges.filter(({ to }) => all.includes(to)).length).toBeGreaterThan(500);
    expect([...left]).toEqual([]); // nothing that lies on a circle, or leads to one
  });

  it("no folder has more than fifteen files", () => {
    const inFolder = Map.groupBy(files, dirname);
    expect([...inFolder].filter(([, of]) => of.length > 15).map(([folder]) => folder)).toEqual([]);
  });

  it("no file has more than 300 lines, and none of the composition more than 120", () => {
    const limit = (file: string) => (file.startsWith("compose/") ? 120 : 300);
    expect(files.filter((file) => lines(file) > limit(file))).toEqual([]);
  });

  it("only the root reads bindings", () => {
    const readers = files.filter((file) => /\benv\.[A-Z_]+\b/.test(readFileSync(join(SRC, file), "utf8")));
    expect(readers.filter((file) => file !== "worker.ts" && !file.startsWith("compose/"))).toEqual([]);
  });
});
