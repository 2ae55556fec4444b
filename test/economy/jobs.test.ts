import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, setOf } from "../support/api.ts";
import { cancelJob, jobEnds, jobEndsByTicks, jobOf, startJob } from "../support/jobs.ts";
import { becomes, cron, FIVE_MINUTES, keyOf } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const input = (count = 1) => ({ leadData: newLead(), config: { count } });

const tick = () => cron(FIVE_MINUTES);

const ordinary = async (name: string) =>
  (await calls(name)).filter(({ path }) => path.endsWith("/chat/completions"));

const batchCalls = async () =>
  (await calls("/batches")).filter(({ path, body }) => path === "/v1/batches" && body !== null);

const one = async <T>(sql: string) => (await env.DB.prepare(sql).first<T>()) as T;

describe("an economy job", () => {
  it("makes cold leads into sets with all their portraits, at half the price, without one ordinary call", async () => {
    const before = (await batchCalls()).length;
    const inputs = Array.from({ length: 6 }, () => input(2));
    const { jobId, accepted } = await startJob(inputs, "economy");
    expect(accepted).toBe(6);
    const job = await jobEndsByTicks(jobId);
    expect(job).toMatchObject({
      mode: "economy",
      state: "done",
      sets: { total: 6, pending: 0, done: 6, failed: 0 },
      portraits: { pending: 0, ready: 12, failed: 0 },
      failures: [],
    });
    for (const asked of inputs) {
      const set = await setOf(await generate(asked));
      expect([set.fromCache, set.personas.map(({ imageStatus }) => imageStatus)]).toEqual([
        true,
        ["ready", "ready"],
      ]);
      expect(await ordinary(asked.leadData.name)).toEqual([]);
    }
    expect((await calls("")).filter(({ path }) => path.endsWith("/images/generations"))).toEqual([]);
    const spent = await one<{ usd: number }>("SELECT SUM(cost_usd) AS usd FROM batches");
    const text = await one<{ usd: number }>("SELECT SUM(cost_usd) AS usd FROM request_log");
    const portraits = await one<{ usd: number; generated: number; started: number }>(
      "SELECT SUM(cost_usd) AS usd, SUM(generated) AS generated, SUM(started) AS started FROM image_days",
    );
    expect(job.spentUsd).toBeCloseTo(spent.usd, 9);
    expect(text.usd + portraits.usd).toBeCloseTo(spent.usd, 9);
    expect([portraits.generated, portraits.started]).toEqual([12, 12]);
    expect((await env.DB.prepare("SELECT * FROM batch_items").all()).results).toEqual([]);
    expect((await batchCalls()).length - before).toBe(2);
  });

  it("moves one step a tick: what is created is looked at by the next", async () => {
    const { jobId } = await startJob([input()], "economy");
    await tick();
    expect(await one("SELECT state FROM batches ORDER BY created_at DESC LIMIT 1")).toEqual({
      state: "created",
    });
    expect((await jobOf(jobId)).sets.pending).toBe(1);
    await jobEndsByTicks(jobId);
  });

  it("leaves no lead behind, here or in the upstream's files", async () => {
    const { jobId } = await startJob([input()], "economy");
    await jobEndsByTicks(jobId);
    const { input_file: file } = await one<{ input_file: string }>(
      "SELECT input_file FROM batches ORDER BY created_at DESC LIMIT 1",
    );
    expect((await calls(file)).map(({ path }) => path)).toContain(`/v1/files/${file}`);
  });

  it("asks a failed line once more in a later batch, and then the ordinary way", async () => {
    const failing = input();
    await script(failing.leadData.name, [{ status: 500 }, { status: 500 }]);
    const { jobId } = await startJob([failing], "economy");
    for (let ticks = 0; ticks < 4; ticks += 1) await tick();
    await expect.poll(async () => (await jobOf(jobId)).sets.done).toBe(1);
    expect(await ordinary(failing.leadData.name)).toHaveLength(1);
  });

  it("says what an answer cost that was of no use, and what a set cost that had to be made again", async () => {
    const asked = input();
    await script(asked.leadData.name, [{ content: '{"personas":[]}' }]);
    const costs = "SELECT SUM(cost_usd) AS usd FROM request_log WHERE created_at >= ?1";
    const paid = async (since: number) =>
      (await env.DB.prepare(costs).bind(since).first<{ usd: number }>())?.usd ?? Number.NaN;
    const texts = "SELECT cost_usd AS usd FROM pregenerate_inputs WHERE job_id = ?";
    const told = async (jobId: string) =>
      (await env.DB.prepare(texts).bind(jobId).first<{ usd: number }>())?.usd;
    for (const lines of [2, 1]) {
      const since = Date.now();
      const { jobId } = await startJob([asked], "economy");
      await jobEndsByTicks(jobId);
      const logged = "SELECT COUNT(*) AS n FROM request_log WHERE created_at >= ?1";
      expect(await env.DB.prepare(logged).bind(since).first()).toEqual({ n: lines });
      expect(await told(jobId)).toBeCloseTo(await paid(since), 9);
      const { setId } = await setOf(await generate(asked));
      const path = `/api/admin/personas/${setId}`;
      expect((await call(path, { method: "DELETE", headers: ADMIN })).status).toBe(204);
    }
  });

  it("tells malformed, missing and unusable lines apart from good ones", async () => {
    const [good, malformed, missing, unusable, refused] = [input(), input(), input(), input(), input()];
    await script(malformed.leadData.name, [{ body: "{not json" }]);
    await script(missing.leadData.name, [{ body: "" }]);
    await script(unusable.leadData.name, [{ content: '{"personas":[]}' }]);
    await script(refused.leadData.name, [{ refusal: "I would rather not." }]);
    const { jobId } = await startJob([good, malformed, missing, unusable, refused], "economy");
    const job = await jobEndsByTicks(jobId);
    expect(job).toMatchObject({
      sets: { total: 5, pending: 0, done: 4, failed: 1 },
      failures: [{ index: 4, code: "model_refusal" }],
    });
    for (const { leadData } of [good, malformed, missing, unusable]) {
      expect(await ordinary(leadData.name)).toEqual([]);
    }
  });

  it("lets a visitor who asks meanwhile have the set at once, and changes nothing of it later", async () => {
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick(); // in a batch by now
    const mine = await setOf(await generate(asked));
    expect(mine.fromCache).toBe(false);
    await jobEnds(jobId);
    await tick();
    await tick();
    const later = await setOf(await generate(asked));
    expect(later.personas.map(({ id }) => id)).toEqual(mine.personas.map(({ id }) => id));
    expect((await jobOf(jobId)).sets.done).toBe(1);
  });

  it("has a portrait that somebody looks at made at once", async () => {
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick();
    await tick(); // the set is there; its portrait waits for the next batch, or is in it
    expect(await jobOf(jobId)).toMatchObject({ sets: { done: 1 }, portraits: { pending: 1 } });
    const key = keyOf((await setOf(await generate(asked))).personas[0]?.imageUrl);
    await becomes(key, "ready");
    expect((await jobOf(jobId)).portraits.ready).toBe(1);
  });

  it("keeps nothing of an input that is erased while its batch runs", async () => {
    const email = `${crypto.randomUUID()}@example.org`;
    const { jobId } = await startJob([{ ...input(), email }], "economy");
    await tick();
    const erased = await post("/api/admin/erase", { email }, ADMIN);
    expect(erased.status).toBe(200);
    const before = await one<{ n: number }>("SELECT COUNT(*) AS n FROM persona_cache");
    await tick();
    await tick();
    expect(await one("SELECT COUNT(*) AS n FROM persona_cache")).toEqual(before);
    expect((await jobOf(jobId)).sets.total).toBe(0);
    expect((await env.DB.prepare("SELECT * FROM batch_items").all()).results).toEqual([]);
  });

  it("cancels the batch that holds nothing else", async () => {
    const { jobId } = await startJob([input()], "economy");
    await tick();
    expect(await cancelJob(jobId)).toBe(204);
    await tick();
    await tick();
    expect((await jobOf(jobId)).state).toBe("cancelled");
    const cancels = (await calls("/cancel")).filter(({ path }) => path.endsWith("/cancel"));
    expect(cancels.length).toBeGreaterThan(0);
    expect((await env.DB.prepare("SELECT * FROM batch_items").all()).results).toEqual([]);
  });

  it("is one batch, paid once, when a hundred ticks come at the same moment", async () => {
    const before = (await batchCalls()).length;
    const inputs = [input(), input()];
    const { jobId } = await startJob(inputs, "economy");
    await Promise.all(Array.from({ length: 100 }, tick));
    const job = await jobEndsByTicks(jobId);
    expect(job.sets.done).toBe(2);
    expect((await batchCalls()).length - before).toBe(2);
  });

  it("is made the ordinary way where the upstream has no batches, and ready warns", async () => {
    await script("/files", [{ status: 404 }]);
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick();
    await expect.poll(async () => (await jobOf(jobId)).sets.done).toBe(1);
    expect(await ordinary(asked.leadData.name)).toHaveLength(1);
    const { warnings } = (await (await call("/api/ready")).json()) as { warnings: string[] };
    expect(warnings.join()).toContain("Batch API");
  });
});
