import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generateStream, newLead, until } from "../support/api.ts";
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
});
