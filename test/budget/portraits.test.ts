import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { announce, consume, imageCalls, ledger, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

const LIMIT_USD = 0.84;

describe("portraits under the day's limit", () => {
  it("never pass it, and wait a minute where it is only set aside, for the next day where it is spent", async () => {
    const marker = newMarker();
    // nearly all that is set aside for a portrait of this size and quality
    const usage = { input_tokens: 30, output_tokens: 2_190, total_tokens: 2_220 };
    await script(marker, [{ usage, headersAfterMs: 30 }], true);
    const keys = await announce(Array.from({ length: 30 }, (_, index) => `${marker} ${index}.`));
    await Promise.all([1, 2, 3, 4].map(() => consume()));
    const made = (await imageCalls(marker)).length;
    expect(made).toBeGreaterThan(8);
    const day = await env.DB.prepare("SELECT started, generated, cost_usd AS cost FROM image_days").first();
    expect(day).toMatchObject({ started: made, generated: made });
    expect(Number(day?.cost)).toBeLessThanOrEqual(LIMIT_USD);
    expect(Number(day?.cost)).toBeGreaterThan(LIMIT_USD * 0.8);
    const waiting = async () => (await ledger(keys)).filter(({ status }) => status === "pending");
    const tomorrow = Date.parse(new Date(Date.now() + 86_400_000).toISOString().slice(0, 10));
    expect(await waiting()).toHaveLength(30 - made);
    for (const { dueAt, ...row } of await waiting()) {
      expect(row).toMatchObject({ failure: "budget_exhausted", attempts: 0 });
      // where money was only set aside, a minute
      expect(dueAt === tomorrow || Number(dueAt) <= Date.now() + 60_000).toBe(true);
    }

    await env.DB.prepare("UPDATE persona_images SET due_at = 0 WHERE status = 'pending'").run();
    await consume();
    expect(await imageCalls(marker)).toHaveLength(made);
    for (const row of await waiting())
      expect(row).toMatchObject({ failure: "budget_exhausted", attempts: 0, dueAt: tomorrow });
  });
});
