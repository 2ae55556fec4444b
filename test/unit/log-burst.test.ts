import { describe, expect, it } from "vitest";
import { createBurstLog, type Later } from "../../src/log-burst.ts";

const WINDOW_MS = 50;

function setUp() {
  const written: string[] = [];
  const waiting: Promise<unknown>[] = [];
  let time = 0;
  const write = createBurstLog({ write: (text) => written.push(text), now: () => time });
  const later: Later = (promise) => waiting.push(promise);
  const say = (...lines: readonly string[]) => {
    for (const line of lines) write(line, later);
  };
  return { written, waiting, say, pass: (ms: number) => (time += ms) };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);

describe("lines of a busy isolate", () => {
  it("are written one by one, and at once, where there are few", () => {
    const { written, waiting, say, pass } = setUp();
    for (const line of numbered(100)) {
      say(line);
      pass(WINDOW_MS / 8);
    }
    expect(written).toEqual(numbered(100));
    expect(waiting).toEqual([]);
  });

  it("are written together at the end of a burst, none lost and in order", async () => {
    const { written, waiting, say } = setUp();
    say(...numbered(100));
    expect(written).toEqual(numbered(8));
    await Promise.all(waiting);
    expect(written).toHaveLength(9);
    expect(written.join("\n").split("\n")).toEqual(numbered(100));
  });

  it("are not held without bound", () => {
    const { written, say } = setUp();
    say(...numbered(10_000));
    const shown = written.join("\n").split("\n");
    expect(shown).toEqual(numbered(shown.length));
    expect(shown.length).toBeGreaterThan(10_000 - 256);
  });

  it("are written by the next one where the request that held them was ended", () => {
    const { written, say, pass } = setUp();
    say(...numbered(20));
    pass(WINDOW_MS);
    say("next");
    expect(written.join("\n").split("\n")).toEqual([...numbered(20), "next"]);
  });
});
