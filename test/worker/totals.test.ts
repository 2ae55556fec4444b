import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generate, generateStream, newLead, setOf, until } from "../support/api.ts";
import { ask, chat, deadStream, HALF, newQuestion, objectOf, resume, textOf } from "../support/chat.ts";
import { wrapDatabase } from "../support/database.ts";
import { script } from "../support/upstream.ts";

/** D1 commits what matches, as often as that comes, and its answer is lost on the way. */
function loseAnswersTo(pattern: RegExp): () => void {
  return wrapDatabase(async (sql, send) => {
    const response = await send();
    if (!pattern.test(sql)) return response;
    await response.body?.cancel();
    throw new Error("Network connection lost.");
  });
}

async function totals(): Promise<Record<string, number>> {
  const query = "SELECT name, value FROM daily_totals";
  const { results } = await env.DB.prepare(query).all<{ name: string; value: number }>();
  return Object.fromEntries(results.map(({ name, value }) => [name, value]));
}

async function retryDue(streamId: string): Promise<void> {
  const [key = ""] = streamId.split(".");
  const stub = env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key));
  const waiting = () =>
    runInDurableObject(stub, (_, { storage }) => {
      const entries = [...storage.kv.list<object>()];
      for (const [name, value] of entries) storage.kv.put(name, { ...value, dueAt: 0 });
      return entries.length;
    });
  await until("the run's object keeps what it could not store", async () => (await waiting()) > 0);
  await runDurableObjectAlarm(stub);
  expect(await waiting()).toBe(0);
}

/** What the object of a stream has of its runs, once it was asked this. */
async function runs(streamId: string, sql = "SELECT 1", ...values: unknown[]) {
  return await runInDurableObject(objectOf(streamId), (_, { storage }) => {
    storage.sql.exec(sql, ...values);
    return storage.sql.exec<{ input: string | null }>("SELECT input FROM runs").toArray();
  });
}

async function loggedCalls(): Promise<number[]> {
  const { results } = await env.DB.prepare("SELECT calls FROM request_log").all<{ calls: number }>();
  return results.map(({ calls }) => calls);
}

describe("a run's part in the day's totals", () => {
  const usage = { prompt_tokens: 1_000, completion_tokens: 2_000, total_tokens: 3_000 };
  const once = { generated: 1, "tokens.input": 1_000, "tokens.output": 2_000 };

  it.each([
    ["one that nobody can be found by", {}, {}],
    ["one that was announced", { email: "totals@example.org" }, {}],
    ["one that failed", {}, { finishReason: "content_filter" }],
  ])("is added once, where D1 took it and its answer was lost: %s", async (_, more, step) => {
    await env.DB.prepare("DELETE FROM daily_totals").run();
    const leadData = newLead();
    await script(leadData.name, [{ usage, ...step }]);
    const found = loseAnswersTo(/daily_totals/);
    const response = await generateStream({ leadData, ...more }, { "Cache-Control": "no-cache" });
    const events = await eventsOf(response).finally(found);
    expect(events.length).toBeGreaterThan(0);
    await retryDue(response.headers.get("X-Stream-Id") ?? "");
    expect(await totals()).toMatchObject(once);
    const logged = await env.DB.prepare("SELECT status FROM request_log WHERE output_tokens = 2000").all();
    expect(logged.results).toHaveLength(1);
    await env.DB.prepare("DELETE FROM request_log").run();
  });

  it("is there for a chat about somebody's persona, too, where D1 would not take it at first", async () => {
    const { setId, personas } = await setOf(
      await generate({ leadData: newLead(), email: "chat@example.org" }),
    );
    await env.DB.batch([
      env.DB.prepare("DELETE FROM daily_totals"),
      env.DB.prepare("DELETE FROM request_log"),
    ]);
    const question = newQuestion();
    await script(question, [{ content: "Whole.", usage }]);
    let refused = 0;
    const unwrap = wrapDatabase(async (sql, send) => {
      if (!/daily_totals/.test(sql) || !/api.{1,4}chat/.test(sql) || refused === 2) return await send();
      refused += 1;
      throw new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.");
    });
    const persona = { setId, personaId: personas[0]?.id };
    expect((await chat({ ...ask(question), persona })).status).toBe(200);
    await expect.poll(loggedCalls).toEqual([1]);
    unwrap();
    expect(await totals()).toMatchObject(once);
  });

  it("is what its row has, also where its server died once more after the row was written", async () => {
    await env.DB.batch([
      env.DB.prepare("DELETE FROM daily_totals"),
      env.DB.prepare("DELETE FROM request_log"),
    ]);
    const question = newQuestion();
    await script(question, [HALF, { content: "Whole.", usage }, { content: "Whole again.", usage }]);
    const id = await deadStream(question);
    const [before] = await runs(id);
    await eventsOf(await resume(id, 0));
    await expect.poll(loggedCalls).toEqual([2]);
    await runs(
      id,
      "UPDATE runs SET state = 'running', attempts = 1, expiresAt = NULL, input = ?",
      before?.input,
    );
    await abortAllDurableObjects();
    expect(textOf(await eventsOf(await resume(id, 0)))).toContain("Whole again.");
    await expect.poll(loggedCalls).toEqual([3]);
    const row = await env.DB.prepare("SELECT output_tokens, cost_usd FROM request_log").first();
    expect(await totals()).toMatchObject({
      generated: 1,
      "tokens.output": row?.output_tokens,
      spentUsd: expect.closeTo(Number(row?.cost_usd), 9),
    });
  });
});
