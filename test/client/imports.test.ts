import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const CLIENT = resolve(import.meta.dirname, "../../client/src");

/** Types are imports, too: they are what a reader has to follow. */
function importsOf(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/\bfrom "(\.[^"]+)"/g);
  return [...found].map(([, target = ""]) => resolve(dirname(file), target));
}

const files = readdirSync(CLIENT, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join(CLIENT, file));
const graph = new Map(files.map((file) => [file, importsOf(file)]));

/** The first circle that is met from `file` on, as the files in it. */
function circleFrom(file: string, path: readonly string[], finished: Set<string>): readonly string[] {
  if (path.includes(file)) return path.slice(path.indexOf(file));
  if (finished.has(file)) return [];
  for (const next of graph.get(file) ?? []) {
    const circle = circleFrom(next, [...path, file], finished);
    if (circle.length > 0) return circle;
  }
  finished.add(file);
  return [];
}

describe("the package's own files", () => {
  it("import each other without a circle", () => {
    expect(files.length).toBeGreaterThan(20);
    const finished = new Set<string>();
    for (const file of files) expect(circleFrom(file, [], finished)).toEqual([]);
  });

  it("import nothing of the service, so that their types stand by themselves", () => {
    const outside = [...graph.values()].flat().filter((target) => !files.includes(target));
    expect(outside).toEqual([]);
  });
});
