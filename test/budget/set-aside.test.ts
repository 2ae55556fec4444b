import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { generate, newLead, problemOf, setOf, whenReady } from "../support/api.ts";
import { consume } from "../support/portraits.ts";
import { callsReach, script } from "../support/upstream.ts";

const LIMIT_USD = 0.84;
const MINUTE_SECONDS = 60;

async function spentUsd(): Promise<number> {
  const texts = "SELECT COALESCE(SUM(cost_usd), 0) AS usd FROM request_log";
  const portraits = "SELECT COALESCE(SUM(cost_usd), 0) AS usd FROM image_days";
  const sums = await Promise.all(
    [texts, portraits].map((query) => env.DB.prepare(query).first<{ usd: number }>()),
  );
  return sums.reduce((total, sum) => total + (sum?.usd ?? 0), 0);
}

describe("money that is only set aside", () => {
  it("is little for leads of spaces, which leave a visitor's set and portraits their part", async () => {
    const { name: marker } = newLead();
    // billed as the stand-in does, a token for four characters: more than the maker's tokenizer makes of spaces
    await script(marker, [{ headersAfterMs: 4_000 }], true);
    const leads = Array.from({ length: 8 }, (_, index) => ({ marker, index, notes: " ".repeat(60_000) }));
    const sets = Promise.all(leads.map(async (leadData) => await setOf(await generate({ leadData }))));
    await callsReach(marker, 8);
    const visitor = await setOf(await generate({ leadData: newLead() }));
    await consume();
    await whenReady(visitor.setId);
    expect(await sets).toHaveLength(8);
    expect(await spentUsd()).toBeLessThanOrEqual(LIMIT_USD);
  });

  it("refuses for a minute at most, and what is free again is given out", async () => {
    const { name: marker } = newLead();
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    await script(marker, [{ usage, headersAfterMs: 3_000 }], true);
    const asked = Array.from({ length: 60 }, (_, index) => generate({ leadData: { marker, index } }));
    const refused = (await Promise.all(asked)).filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const response of refused) {
      expect([response.status, (await problemOf(response)).code]).toEqual([503, "budget_exhausted"]);
      const seconds = Number(response.headers.get("Retry-After"));
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(MINUTE_SECONDS);
    }
    await setOf(await generate({ leadData: newLead() }));
  });
});
