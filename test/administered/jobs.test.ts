import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { ADMIN } from "../support/admin.ts";
import { generate, newLead, post, problemOf, setOf, until } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { askJob, cancelJob, jobEnds, jobOf, startJob, statsOf } from "../support/jobs.ts";
import { cron, DAILY } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const input = (count = 2) => ({ leadData: newLead(), config: { count } });

describe("a job", () => {
  it("makes sets and then their portraits, and says what it cost", async () => {
    const inputs = [input(), input()];
    const { jobId, accepted, alreadyCached } = await startJob(inputs);
    expect([accepted, alreadyCached]).toEqual([2, 0]);
    const job = await jobEnds(jobId);
    expect(job).toMatchObject({
      jobId,
      mode: "now",
      sets: { total: 2, pending: 0, done: 2, failed: 0 },
      portraits: { pending: 0, ready: 4, failed: 0 },
      failures: [],
    });
    const text = await env.DB.prepare("SELECT SUM(cost_usd) AS usd FROM persona_cache").first<{
      usd: number;
    }>();
    const portraits = await env.DB.prepare("SELECT cost_usd AS usd FROM image_days").first<{ usd: number }>();
    expect(job.spentUsd).toBeCloseTo((text?.usd ?? 0) + (portraits?.usd ?? 0), 9);
    const first = await setOf(await generate(inputs[0]));
    expect([first.fromCache, first.personas.map(({ imageStatus }) => imageStatus)]).toEqual([
      true,
      ["ready", "ready"],
    ]);
  });

  it("pays for nothing that is there, and is done at once", async () => {
    const known = input(1);
    await jobEnds((await startJob([known])).jobId);
    const again = await startJob([known, known]);
    expect(again).toMatchObject({ accepted: 0, alreadyCached: 2 });
    const job = await jobOf(again.jobId);
    expect(job).toMatchObject({ state: "done", sets: { total: 2, done: 2 }, spentUsd: 0 });
    expect(await calls(known.leadData.name)).toHaveLength(1);
  });

  it("pays once for an input that stands in it twice", async () => {
    const twice = input(1);
    const { jobId } = await startJob([twice, twice]);
    expect((await jobEnds(jobId)).sets).toEqual({ total: 2, pending: 0, done: 2, failed: 0 });
    expect(await calls(twice.leadData.name)).toHaveLength(1);
  });

  it("comes to its end where D1 took it and the answer was lost", async () => {
    let lost = 0;
    const unwrap = wrapDatabase(async (sql, send) => {
      const response = await send();
      if (lost > 0 || !/insert into \W+pregenerate_jobs/.test(sql)) return response;
      lost += 1;
      await response.body?.cancel();
      throw new Error("Network connection lost.");
    });
    const { jobId } = await startJob([input(1)]).finally(unwrap);
    expect(lost).toBe(1);
    expect((await jobEnds(jobId)).sets).toEqual({ total: 1, pending: 0, done: 1, failed: 0 });
    const left = await env.DB.prepare("SELECT COUNT(*) AS n FROM pregenerate_inputs WHERE state = 'pending'");
    expect(await left.first()).toEqual({ n: 0 });
  });

  it("is refused where the queue takes none, and does not wait for ever", async () => {
    const queue = Object.getPrototypeOf(env.PREGENERATE_JOBS) as Queue;
    const away = new Error("Queue sendBatch failed: Internal Server Error");
    const sendBatch = vi.spyOn(queue, "sendBatch").mockRejectedValue(away);
    const response = await post("/api/admin/pregenerate", { inputs: [input(1)] }, ADMIN);
    sendBatch.mockRestore();
    expect([response.status, (await problemOf(response)).code]).toEqual([503, "overloaded"]);
    const left = env.DB.prepare("SELECT COUNT(*) AS n FROM pregenerate_jobs WHERE ended_at IS NULL");
    expect(await left.first()).toEqual({ n: 0 });
  });

  it("names the inputs that failed, by their place, and why", async () => {
    const [good, refused] = [input(1), input(1)];
    await script(refused.leadData.name, [{ refusal: "I would rather not." }]);
    const { jobId } = await startJob([good, refused]);
    expect(await jobEnds(jobId)).toMatchObject({
      sets: { total: 2, pending: 0, done: 1, failed: 1 },
      failures: [{ index: 1, code: "model_refusal" }],
    });
  });

  it("is cancelled: what has not begun is not begun, what is made is kept", async () => {
    const [made, waits] = [input(1), input(1)];
    await setOf(await generate(made));
    const { jobId } = await startJob([made, waits], "economy");
    expect(await cancelJob(jobId)).toBe(204);
    expect(await jobOf(jobId)).toMatchObject({ state: "cancelled", sets: { total: 2, done: 1 } });
    expect(await cancelJob(jobId)).toBe(204);
    await cron("*/5 * * * *");
    expect(await calls(waits.leadData.name)).toHaveLength(0);
    const left = await env.DB.prepare("SELECT COUNT(*) AS n FROM batch_items").first<{ n: number }>();
    expect(left?.n).toBe(0);
  });

  it("counts in the stats as what it made, at which price, and whether anybody was shown it since", async () => {
    const { pregenerated: before } = await statsOf();
    const [known, used, unused] = [input(1), input(1), input(1)];
    await setOf(await generate({ ...known, images: "wait" }));
    const job = await jobEnds((await startJob([known, used, unused])).jobId);
    const { pregenerated: made } = await statsOf();
    expect([made.made - before.made, made.unused - before.unused]).toEqual([2, 2]);
    expect(made.spentUsd.usual - before.spentUsd.usual).toBeCloseTo(job.spentUsd, 9);
    expect([made.spentUsd.batch, made.savedUsd]).toEqual([0, 0]);
    await setOf(await generate(used));
    const isUsed = async () => (await statsOf()).pregenerated.used - before.used === 1;
    await until("one of them is known as used", isUsed);
    expect((await statsOf()).pregenerated.unused - before.unused).toBe(1);
  });

  it("that has ended stays done when it is cancelled, and an unknown one is 404", async () => {
    const { jobId } = await startJob([input(1)]);
    await jobEnds(jobId);
    expect(await cancelJob(jobId)).toBe(204);
    expect((await jobOf(jobId)).state).toBe("done");
    expect([(await askJob("nothing")).status, await cancelJob("nothing")]).toEqual([404, 404]);
  });

  it("is forgotten REQUEST_LOG_RETENTION_DAYS after its end", async () => {
    const { jobId } = await startJob([input(1)]);
    await jobEnds(jobId);
    const ago = (days: number) =>
      env.DB.prepare("UPDATE pregenerate_jobs SET ended_at = ? WHERE id = ?")
        .bind(Date.now() - days * 86_400_000, jobId)
        .run();
    await ago(29);
    await cron(DAILY);
    expect((await askJob(jobId)).status).toBe(200);
    await ago(31);
    await cron(DAILY);
    expect((await askJob(jobId)).status).toBe(404);
  });
});
