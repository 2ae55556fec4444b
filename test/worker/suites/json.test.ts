import { describe, expect, it } from "vitest";
import { call, problemOf } from "../../support/api.ts";
import { bodyOf, JSON_CASES } from "../../support/suites/json.ts";

/** What is taken gets as far as the caches, and no model is asked. */
const CODES = { taken: "not_cached", invalid_json: "invalid_json", invalid_request: "invalid_request" };

describe("a body in JSON", () => {
  it.each(JSON_CASES)("$verdict: $name", async (given) => {
    const headers = { "Content-Type": "application/json", "Cache-Control": "only-if-cached" };
    const response = await call("/api/personas/generate", { method: "POST", headers, body: bodyOf(given) });
    expect((await problemOf(response)).code).toBe(CODES[given.verdict]);
  });
});
