import { env } from "cloudflare:workers";
import { afterAll, describe, expect, it, vi } from "vitest";
import { newLead } from "../support/api.ts";
import { cancelJob, jobEndsByTicks, jobOf, startJob } from "../support/jobs.ts";
import { persona } from "../support/persona.ts";
import { cron, FIVE_MINUTES } from "../support/portraits.ts";
import { billedLines, calls, pace, script } from "../support/upstream.ts";

const HOUR_MS = 3_600_000;
const tick = () => cron(FIVE_MINUTES);
const input = () => ({ leadData: newLead(), config: { count: 1 } });

const one = async <T>(sql: string) => (await env.DB.prepare(sql).first<T>()) as T;

/** The newest batch, as our books have it. */
const newest = () =>
  one<{ upstream_id: string; output_file: string | null; error_file: string | null; cost_usd: number }>(
    "SELECT * FROM batches ORDER BY created_at DESC, rowid DESC LIMIT 1",
  );

/** The `custom_id` of each lead, in a batch by now. */
async function idOf({ leadData }: ReturnType<typeof input>): Promise<string> {
  const query = env.DB.prepare("SELECT id FROM batch_items WHERE instr(input_json, ?) > 0");
  return (await query.bind(leadData.name).first<{ id: string }>())?.id ?? "";
}

const USAGE = { prompt_tokens: 1_000, completion_tokens: 500 };

const setOfOne = (id: string) => JSON.stringify({ personas: [persona(`look ${id}`)] });
const choice = (content: unknown) => ({ index: 0, finish_reason: "stop", message: { content } });

/** A line that answers a request with a set of one. */
function answerLine(id: string, usage: object = USAGE, choices: object[] = [choice(setOfOne(id))]): string {
  return JSON.stringify({
    custom_id: id,
    response: { status_code: 200, body: { choices, usage } },
    error: null,
  });
}

const expiredLine = (id: string) =>
  JSON.stringify({
    custom_id: id,
    response: null,
    error: { code: "batch_expired", message: "It took too long." },
  });

const ordinary = async (name: string) =>
  (await calls(name)).filter(({ path }) => path.endsWith("/chat/completions"));

const creations = async () =>
  (await calls("completion_window")).filter(
    ({ path, outcome }) => path === "/v1/batches" && outcome === "finished",
  );

afterAll(() => {
  vi.useRealTimers();
});

describe("the lines of a batch", () => {
  it("are told apart: doubled, reordered, foreign, expired, malformed and missing ones", async () => {
    const [doubled, expired, malformed, missing] = [input(), input(), input(), input()];
    const { jobId } = await startJob([doubled, expired, malformed, missing], "economy");
    await tick();
    const twice = answerLine(await idOf(doubled));
    await script(doubled.leadData.name, [{ body: `${twice}\n${answerLine("somebody-elses")}\n\n${twice}` }]);
    await script(expired.leadData.name, [{ status: 500, body: expiredLine(await idOf(expired)) }]);
    await script(malformed.leadData.name, [{ body: `{"custom_id": ${"[".repeat(1_000)}` }]);
    await script(missing.leadData.name, [{ body: "" }]);
    const { upstream_id: first } = await newest();
    const job = await jobEndsByTicks(jobId);
    expect(job).toMatchObject({ state: "done", sets: { done: 4, failed: 0 }, portraits: { ready: 4 } });
    for (const asked of [doubled, expired, malformed, missing])
      expect(await ordinary(asked.leadData.name)).toEqual([]);
    const query = env.DB.prepare("SELECT cost_usd AS usd FROM batches WHERE upstream_id = ?").bind(first);
    // The doubled one once, at half the price of 1,000 tokens in and 500 out.
    expect((await query.first<{ usd: number }>())?.usd).toBeCloseTo((1_000 * 1 + 500 * 5) / 1e6 / 2, 12);
  });

  it("may have the shapes that other servers' streams have", async () => {
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick();
    const id = await idOf(asked);
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "hm" }] };
    const text = { type: "text", text: `\`\`\`json\n${setOfOne(id)}\n\`\`\`` };
    const choices = [{ index: 1, message: { content: "no" } }, choice([thinking, text])];
    await script(asked.leadData.name, [{ body: answerLine(id, USAGE, choices) }]);
    expect(await jobEndsByTicks(jobId)).toMatchObject({ sets: { done: 1, failed: 0 } });
    expect(await ordinary(asked.leadData.name)).toEqual([]);
  });

  it("may all have failed, so that there is a file of errors alone", async () => {
    const inputs = [input(), input()];
    for (const { leadData } of inputs) await script(leadData.name, [{ status: 500 }]);
    const { jobId } = await startJob(inputs, "economy");
    await tick();
    await tick();
    const { results } = await env.DB.prepare(
      "SELECT output_file, error_file FROM batches WHERE endpoint = 'chat'",
    ).all<{ output_file: string | null; error_file: string | null }>();
    expect(results).toContainEqual({ output_file: null, error_file: expect.stringContaining("file-") });
    expect(await jobEndsByTicks(jobId)).toMatchObject({ sets: { done: 2, failed: 0 } });
  });

  it("that do not say what they used cost their worst case, at half the price", async () => {
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick();
    await script(asked.leadData.name, [{ body: answerLine(await idOf(asked), {}) }]);
    const text = await one<{ id: string; usd: number }>(
      "SELECT id, reserved_usd AS usd FROM batches WHERE state = 'created'",
    );
    await script(`look `, [{ usage: null }], true);
    expect(await jobEndsByTicks(jobId)).toMatchObject({ sets: { done: 1 }, portraits: { ready: 1 } });
    await script(`look `, []);
    const query = env.DB.prepare(
      "SELECT cost_usd AS cost, reserved_usd AS reserved FROM batches WHERE id = ?",
    );
    expect(await query.bind(text.id).first<{ cost: number }>()).toMatchObject({ cost: text.usd });
    const portrait = await one<{ cost: number; reserved: number }>(
      "SELECT cost_usd AS cost, reserved_usd AS reserved FROM batches WHERE endpoint = 'images' ORDER BY created_at DESC, rowid DESC LIMIT 1",
    );
    expect(portrait.reserved).toBeGreaterThan(0);
    expect(portrait.cost).toBeCloseTo(portrait.reserved, 12);
  });
});

describe("a failing call of the Batch API", () => {
  for (const status of [429, 500]) {
    for (const [what, match] of [
      ["of the upload", "/v1/files"],
      ["of the creation", "completion_window"],
      ["of the look at the batch", "/v1/batches/batch_"],
      ["of the results", "/content"],
    ] as const) {
      it(`is made again by the next tick, and nothing is paid twice: ${status} ${what}`, async () => {
        const before = { created: (await creations()).length, billed: (await billedLines()).length };
        const asked = input();
        await script(match, [{ status }]);
        const { jobId } = await startJob([asked], "economy");
        const job = await jobEndsByTicks(jobId);
        expect(job).toMatchObject({ state: "done", sets: { done: 1, failed: 0 }, portraits: { ready: 1 } });
        expect((await billedLines()).length - before.billed).toBe(2);
        expect(await ordinary(asked.leadData.name)).toEqual([]);
        const refused = match === "completion_window" ? 1 : 0;
        expect((await creations()).length - before.created).toBe(2 + refused);
      });
    }
  }
});

describe("a batch that does not come to its end", () => {
  it("is cancelled half way with its job; what it had finished is kept and paid, and nothing else is begun", async () => {
    const before = (await billedLines()).length;
    const inputs = [input(), input(), input(), input()];
    const { jobId } = await startJob(inputs, "economy");
    await tick();
    const { upstream_id: batch } = await newest();
    await pace(batch, { ttftMs: 600_000 });
    await tick();
    expect(await cancelJob(jobId)).toBe(204);
    for (let ticks = 0; ticks < 4; ticks += 1) await tick();
    expect((await billedLines()).length - before).toBe(2); // the stand-in had finished half
    const job = await jobOf(jobId);
    expect(job).toMatchObject({ state: "cancelled", sets: { total: 4, done: 2, pending: 2 } });
    expect(job.spentUsd).toBeGreaterThan(0);
    expect(await one("SELECT COUNT(*) AS n FROM batch_items")).toEqual({ n: 0 });
  });

  it("is cancelled after 30 hours and given up after 36; its inputs are asked again", async () => {
    const asked = input();
    const { jobId } = await startJob([asked], "economy");
    await tick();
    const { upstream_id: batch } = await newest();
    const running = { id: batch, object: "batch", status: "in_progress", endpoint: "/v1/chat/completions" };
    await script(`/batches/${batch}`, [{ body: running }], true);
    const start = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    const cancels = async () => (await calls(`${batch}/cancel`)).length;
    await tick();
    expect(await cancels()).toBe(0);
    vi.setSystemTime(start + 31 * HOUR_MS);
    await tick();
    expect(await cancels()).toBe(1);
    expect(await jobOf(jobId)).toMatchObject({ sets: { pending: 1 } });
    vi.setSystemTime(start + 37 * HOUR_MS);
    expect(await jobEndsByTicks(jobId)).toMatchObject({ sets: { done: 1, failed: 0 } });
    await script(`/batches/${batch}`, []);
    expect(await ordinary(asked.leadData.name)).toEqual([]);
  });
});
