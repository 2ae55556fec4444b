import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../src/http/errors.ts";
import { logCause } from "../../src/http/log-cause.ts";
import { droppedConnection } from "../../src/openai/failures.ts";
import { askRun } from "../../src/runs/run-answer.ts";

function listen(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(console, "info").mockImplementation(
    (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  );
  return lines;
}
afterEach(() => void vi.restoreAllMocks());

const typeError = () => new TypeError("words of a caller");

describe("why a problem came about", () => {
  it("is in the log: the class of the first error and where it happened, never its message", () => {
    const lines = listen();
    const error = droppedConnection(typeError());
    logCause(new Problem("upstream_error", { cause: error }), { requestId: "one" });
    expect(lines).toMatchObject([
      { event: "problem.cause", requestId: "one", code: "upstream_error", error: "TypeError" },
    ]);
    expect(lines[0]?.frames).toContainEqual(expect.stringContaining("log-cause.test.ts"));
    expect(JSON.stringify(lines)).not.toContain("words of a caller");
  });

  it("is not told of what callers did wrong, nor where nothing is known", () => {
    const lines = listen();
    logCause(new Problem("invalid_json", { cause: new SyntaxError("words of a caller") }), {});
    logCause(new Problem("still_running"), {});
    expect(lines).toEqual([]);
  });

  it("ends with a chain of causes that never ends", () => {
    const lines = listen();
    const error = typeError();
    error.cause = error;
    logCause(new Problem("interrupted", { cause: error }), {});
    expect(lines).toHaveLength(1);
  });

  it("stays with an answer that was asked for twice in vain", async () => {
    const lines = listen();
    const asked = askRun(() => Promise.reject(typeError()));
    const problem = await asked.catch((error: unknown) => error as Problem);
    expect(problem).toMatchObject({ code: "interrupted", cause: expect.any(TypeError) });
    logCause(problem as Problem, {});
    expect(lines).toMatchObject([
      { event: "run.lost", error: "TypeError" },
      { event: "problem.cause", code: "interrupted", error: "TypeError" },
    ]);
  });
});
