import { DrizzleQueryError } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { describeError, type ErrorFields } from "../../src/describe-error.ts";
import { Problem } from "../../src/http/errors.ts";

/** Words of a caller, set like lines of a stack. */
const WORDS = [
  "\nat ann@secret.example 078-05-1120",
  "\n    at ann (078-05-1120:1:1)",
  "\n    at async secret (a.js:1:1)",
  "\r\n    at Ann.secret (file:///secret/worker.js:10:20)",
  " at secret",
  "\u2028    at secret (a.js:1:1)",
];
const UNSAID = /secret|ann\b|078-05/i;

const shown = (error: unknown) => JSON.stringify(describeError(error));

function thrownIn<E>(make: () => E): E {
  return make();
}

describe("an error in the log", () => {
  it("has its class and where it was thrown", () => {
    const { error, frames = [] } = describeError(thrownIn(() => new TypeError("of no interest")));
    expect(error).toBe("TypeError");
    expect(frames[0]).toMatch(/^\S.*describe-error\.test\.ts:\d+:\d+\)?$/);
    expect(frames.length).toBeLessThanOrEqual(6);
  });

  it.each(WORDS)("has nothing of its message, not even where that looks like a stack: %j", (words) => {
    expect(shown(new Error(`Failed query: select 1 params: ${words}`))).not.toMatch(UNSAID);
    expect(shown(new DrizzleQueryError("select 1", [words, words], new Error(words)))).not.toMatch(UNSAID);
    expect(shown(new Error(words))).toContain("describe-error.test.ts");
  });

  it("has nothing of a message that was changed after it was thrown", () => {
    const error = new Error(`first${WORDS[1]}`);
    error.message = "second";
    expect(shown(error)).not.toMatch(UNSAID);
  });

  it("has nothing of a stack that was written by hand, or of a class that is no name", () => {
    const error = Object.assign(new Error("m"), { name: "ann@secret.example", stack: WORDS[0] });
    expect(shown(error)).not.toMatch(UNSAID);
    expect(describeError(error).error).toBe("Error");
  });

  it("has bounded frames", () => {
    const error = new Error("m");
    error.stack = `Error: m\n    at ${"f".repeat(100_000)} (a.js:1:1)${"\n    at f (a.js:1:1)".repeat(1_000)}`;
    expect(shown(error).length).toBeLessThan(2_000);
  });

  it("says what the platform said, in words of a closed list, and never the value that it quotes", () => {
    const toReason = (message: string) => describeError(new Error(message)).reason;
    expect(toReason("D1_ERROR: no such table: request_log: SQLITE_ERROR")).toBe("no such table");
    expect(toReason("D1_ERROR: D1 DB is overloaded. Too many requests queued.")).toBe("overloaded");
    expect(toReason("Network connection lost.")).toBe("Network connection lost");
    expect(
      shown(new Error("D1_TYPE_ERROR: Type 'object' not supported for value 'ann@secret.example'")),
    ).not.toMatch(UNSAID);
  });

  it("has the code of an error of ours, and none that somebody else made up", () => {
    expect(describeError(new Problem("upstream_timeout")).code).toBe("upstream_timeout");
    const foreign = Object.assign(new Error("400 secret"), { code: "secret" });
    expect(shown(foreign)).not.toMatch(UNSAID);
  });

  it("has its causes, as carefully, and no more than three", () => {
    const root = new RangeError(`root${WORDS[1]}`);
    const query = new DrizzleQueryError(
      "select 1",
      [WORDS[2]],
      new Error("D1_ERROR: no such table", { cause: root }),
    );
    const line = describeError(new Problem("internal", { cause: query }));
    expect(line.cause?.cause).toMatchObject({ error: "Error", reason: "no such table" });
    expect(line.cause?.cause?.cause?.error).toBe("RangeError");
    expect(JSON.stringify(line)).not.toMatch(UNSAID);

    const circle = new Error("m");
    circle.cause = circle;
    let depth = 0;
    for (let at: ErrorFields | undefined = describeError(circle); at; at = at.cause) depth += 1;
    expect(depth).toBe(4);
  });

  it("may be anything", () => {
    for (const thrown of [undefined, null, "secret", 78_051_120, { message: "secret" }, Symbol("secret")]) {
      expect(shown(thrown)).not.toMatch(UNSAID);
      expect(describeError(thrown).error).toBe(typeof thrown);
    }
  });
});
