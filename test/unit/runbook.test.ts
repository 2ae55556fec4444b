import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../src/http/errors.ts";

const CALL = /\b(?:log|logLine)\??\.(?:info|warn|error)\(\s*("[^"]+")?/g;

const calls = globSync("src/**/*.ts").flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(CALL)].map(([, name]) => ({ file, name: name?.slice(1, -1) })),
);
const logged = new Set(calls.flatMap(({ name }) => name ?? []));

const runbook = readFileSync("docs/runbook.md", "utf8");
const section = runbook.slice(runbook.indexOf("## Log events"), runbook.indexOf("## Warnings"));
/** The first cell of each row: one name, or several. */
const explained = new Set(
  [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
  ),
);

describe("the runbook", () => {
  it("finds every log call's event as a literal, so that no name can hide", () => {
    expect(logged.size).toBeGreaterThan(30);
    expect(calls.filter(({ name }) => name === undefined)).toEqual([]);
  });

  it("explains every event that the service logs", () => {
    expect([...logged].filter((name) => !explained.has(name))).toEqual([]);
  });

  it("explains no event that the service does not log", () => {
    expect([...explained].filter((name) => !logged.has(name))).toEqual([]);
  });

  it("says what to do for every problem that is not the caller's own fault", () => {
    const ours = Object.entries(PROBLEMS).filter(([, { status }]) => status >= 500);
    // What a caller asked for, or waits for.
    const theirs = ["not_cached", "still_running"];
    const silent = ours.filter(([code]) => !theirs.includes(code) && !runbook.includes(`\`${code}\``));
    expect(silent.map(([code]) => code)).toEqual([]);
  });
});
