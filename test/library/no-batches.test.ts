import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { until } from "../support/api.ts";
import { consume, cron, FIVE_MINUTES } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const LIMIT_USD = 1.5; // as in vitest.config.ts
const START = Date.parse("2027-03-01T00:10:00Z");

const one = async <T>(sql: string) => (await env.DB.prepare(sql).first<T>()) as T;
const ordinary = async () => (await calls("")).filter(({ path }) => path.endsWith("/images/generations"));

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  await script("heritage", [{ imageBytes: 2_000 }], true); // quicker than it is painted
  await script("/files", [{ status: 404 }], true);
});
afterAll(async () => {
  vi.useRealTimers();
  await script("/files", []);
});

it("is made the ordinary way where the upstream has no batches, within the same limit of the day", async () => {
  const before = (await ordinary()).length;
  for (let rounds = 0; rounds < 6; rounds += 1) {
    await cron(FIVE_MINUTES);
    await consume();
    await until("nothing is under way", async () => {
      const sql = "SELECT COUNT(*) AS n FROM persona_images WHERE lease_owner IS NOT NULL";
      return (await one<{ n: number }>(sql)).n === 0;
    });
    vi.setSystemTime(Date.now() + 5 * 60_000); // what found the money only set aside is due again
  }
  const day = await one<{ started: number; generated: number; usd: number }>(
    "SELECT started, generated, cost_usd AS usd FROM image_days",
  );
  expect(day.usd).toBeLessThanOrEqual(LIMIT_USD);
  expect(day.usd).toBeGreaterThan(LIMIT_USD - 0.15); // the worst cases of two
  expect(day.started).toBe(day.generated);
  expect((await ordinary()).length - before).toBe(day.started);
});
