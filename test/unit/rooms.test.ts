import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const SRC = join(ROOT, "src");

/** What every file may use. */
const GROUND = [
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
const PURE =
  /^\/(?!db\/).*\/(decision|fingerprint|key|resume|sse|schema|presenter|ignored-fields|cache-control)\.ts$/;
const IMPURE = /^(cloudflare:|openai$|hono|drizzle-orm)|\/(client|store|upstream|worker)\.ts$|^compose\//;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"/gm);
  return [...found].map(([, type, target = ""]) => {
    const inside = target.startsWith(".") ? relative(SRC, resolve(SRC, dirname(file), target)) : target;
    return { from: file, to: inside.replaceAll("\\", "/"), typeOnly: type !== undefined };
  });
}

const imports = files.flatMap(importsOf);
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

  it("no folder has more than fifteen files", () => {
    const inFolder = Map.groupBy(files, dirname);
    expect([...inFolder].filter(([, of]) => of.length > 15).map(([folder]) => folder)).toEqual([]);
  });

  it("only the root reads bindings", () => {
    const readers = files.filter((file) => /\benv\.[A-Z_]+\b/.test(readFileSync(join(SRC, file), "utf8")));
    expect(readers.filter((file) => file !== "worker.ts" && !file.startsWith("compose/"))).toEqual([]);
  });
});
