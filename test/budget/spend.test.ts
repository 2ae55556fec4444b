import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { generate, newLead, problemOf, setOf, until } from "../support/api.ts";
import { calls, script } from "../support/upstream.ts";

const LIMIT_USD = 0.84;

// What a call costs that puts its whole prompt into the cache: dearer than input, for the model of personas.
const CACHE_WRITE_USD = 1.25 / 1_000_000;
const OUTPUT_USD = 5 / 1_000_000;

describe("the day's limit", () => {
  it("is never passed, not by 200 cold requests at once, and what is cached goes on", async () => {
    const cached = newLead();
    await setOf(await generate({ leadData: cached }));

    const marker = newLead().name;
    // a call that uses nearly all that was set aside for it: 7,600 tokens out
    const usage = {
      prompt_tokens: 2_000,
      completion_tokens: 7_600,
      total_tokens: 9_600,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 2_000 },
    };
    await script(marker, [{ usage, firstChunkAfterMs: 300 }], true);
    const asked = Array.from({ length: 200 }, (_, index) => generate({ leadData: { marker, index } }));
    const responses = await Promise.all(asked);
    const served = responses.filter(({ status }) => status === 200);
    const refused = responses.filter(({ status }) => status === 503);
    expect(served.length + refused.length).toBe(200);
    expect(served.length).toBeGreaterThan(0);
    for (const response of refused) {
      expect((await problemOf(response)).code).toBe("budget_exhausted");
      expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    await Promise.all(served.map((response) => response.body?.cancel()));

    expect(await calls(marker)).toHaveLength(served.length);
    // by the upstream's own bill, and by ours
    const bill = served.length * (2_000 * CACHE_WRITE_USD + 7_600 * OUTPUT_USD);
    expect(bill).toBeLessThanOrEqual(LIMIT_USD);
    const row = await env.DB.prepare("SELECT SUM(cost_usd) AS spent FROM request_log").first<{
      spent: number;
    }>();
    expect(row?.spent).toBeGreaterThanOrEqual(bill);
    expect(row?.spent).toBeLessThanOrEqual(LIMIT_USD);
    expect((await setOf(await generate({ leadData: cached }))).fromCache).toBe(true);

    // portraits of the sets have money set aside for a while; what is spent is spent until midnight
    let tries = 0;
    await until("a refusal is for the rest of the day", async () => {
      tries += 1;
      const late = await generate({ leadData: { marker, late: tries } });
      await late.body?.cancel();
      const backAt = new Date(Date.now() + Number(late.headers.get("Retry-After")) * 1_000).toISOString();
      return late.status === 503 && /T00:0\d:/.test(backAt);
    });
  });
});
