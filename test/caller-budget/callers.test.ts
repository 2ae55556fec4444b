import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createBudgetGuard } from "../../src/budget/guard.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, problemOf, setOf, until } from "../support/api.ts";
import { calls, script } from "../support/upstream.ts";

const LIMIT_USD = 0.84;
const DAY_MS = 86_400_000;

const from = (address: string) => ({ "CF-Connecting-IP": address });

async function spentBy(marker: string): Promise<number> {
  const { length } = await calls(marker);
  const row = await env.DB.prepare(
    "SELECT SUM(cost_usd) AS usd FROM (SELECT cost_usd FROM request_log ORDER BY rowid DESC LIMIT ?)",
  )
    .bind(length)
    .first<{ usd: number }>();
  return row?.usd ?? 0;
}

describe("a caller's share of the day", () => {
  it("is never passed, not by 200 of one caller at once, while others are served", async () => {
    const { name: marker } = newLead();
    // a call that uses nearly all that was set aside for it: 7,600 tokens out
    const usage = { prompt_tokens: 2_000, completion_tokens: 7_600, total_tokens: 9_600 };
    await script(marker, [{ usage, firstChunkAfterMs: 300 }], true);
    const greedy = Array.from({ length: 200 }, (_, index) =>
      generate({ leadData: { marker, index } }, from("192.0.2.1")),
    );
    const other = generate({ leadData: newLead() }, from("192.0.2.2"));
    const responses = await Promise.all(greedy);
    const served = responses.filter(({ status }) => status === 200);
    const refused = responses.filter(({ status }) => status === 429);
    expect(served.length).toBeGreaterThan(0);
    expect(served.length + refused.length).toBe(200);
    for (const response of refused) {
      expect((await problemOf(response)).code).toBe("caller_budget_exhausted");
      const backAt = Date.now() + Number(response.headers.get("Retry-After")) * 1_000;
      expect(new Date(backAt).toISOString()).toMatch(/T00:0\d:/);
    }
    const sets = await Promise.all(served.map(setOf));
    expect(await calls(marker)).toHaveLength(served.length);
    expect(await spentBy(marker)).toBeLessThanOrEqual(LIMIT_USD);

    await setOf(await other);
    await setOf(await generate({ leadData: newLead() }, from("192.0.2.3")));
    const asked = { leadData: { marker, index: responses.findIndex(({ status }) => status === 200) } };
    const again = await setOf(await generate(asked, from("192.0.2.1")));
    expect([again.fromCache, sets.some(({ setId }) => setId === again.setId)]).toEqual([true, true]);
  });

  it("is refused in a chat stream by its status, and an IPv6 caller is its network", async () => {
    const { name: marker } = newLead();
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 160_000, total_tokens: 1_160_000 };
    await script(marker, [{ usage }]);
    await setOf(await generate({ leadData: { marker } }, from("2001:db8::1")));
    const body = { messages: [{ role: "user", content: "hello" }] };
    const refused = async () => {
      const response = await post("/api/chat/stream", body, from("2001:db8::2"));
      if (response.status === 200) await response.body?.cancel();
      else expect((await problemOf(response)).code).toBe("caller_budget_exhausted");
      return response.status === 429;
    };
    await until("the cost of the set is settled", refused);
  });

  it("does not hold what the operator has made beforehand", async () => {
    const { name: marker } = newLead();
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 160_000, total_tokens: 1_160_000 };
    await script(marker, [{ usage }], true);
    const inputs = [1, 2, 3].map((index) => ({ leadData: { marker, index } }));
    const accepted = await post("/api/admin/pregenerate", { inputs }, { ...ADMIN, ...from("192.0.2.9") });
    await accepted.body?.cancel();
    await until("all three are made", async () => {
      const stats = await (await call("/api/admin/stats", { headers: ADMIN })).json<{
        pregenerate: { done: number };
      }>();
      return stats.pregenerate.done >= 3;
    });
    await setOf(await generate({ leadData: newLead() }, from("192.0.2.9")));
  });

  it("is whole again at midnight, and what was set aside before is settled in its own day", async () => {
    const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
    let time = midnight - 1;
    const share = crypto.randomUUID();
    const { reserve } = createBudgetGuard({
      limits: [{ limitUsd: 1, code: "caller_budget_exhausted", share }],
      openLedger: (name) => env.SPEND.get(env.SPEND.idFromName(name)) as never,
      now: () => time,
    });
    const burst = (count: number) =>
      Promise.allSettled(Array.from({ length: count }, () => reserve(0.1))).then((all) =>
        all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
      );
    const before = await burst(200);
    expect(before).toHaveLength(10);
    time = midnight;
    expect(await burst(200)).toHaveLength(10);
    await Promise.all(before.map(({ settle }) => settle(0)));
    expect(await burst(1)).toHaveLength(0);
    time = midnight - 1;
    expect(await burst(200)).toHaveLength(10);
  });
});
