import { afterEach, describe, expect, it, vi } from "vitest";
import { generate, newLead, problemOf } from "../support/api.ts";
import { listenToLog } from "../support/discretion.ts";
import { script } from "../support/upstream.ts";

afterEach(() => void vi.restoreAllMocks());

interface Line {
  readonly event: string;
  readonly code?: string;
  readonly error?: string;
  readonly frames?: readonly string[];
}

function causesIn(lines: string): Line[] {
  const all = lines.split("\n").map((line) => JSON.parse(line) as Line);
  return all.filter(({ event }) => event === "problem.cause");
}

describe("the cause of a problem", () => {
  it("is in the log where the model's server broke a stream off", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ dropAfterChunks: 0 }], true);
    const log = listenToLog();
    const response = await generate({ leadData });
    expect((await problemOf(response)).code).toBe("upstream_error");
    const [cause] = causesIn(log.lines());
    expect(cause).toMatchObject({ code: "upstream_error", error: expect.any(String) });
    expect(log.lines()).not.toContain(leadData.name);
  });
});
