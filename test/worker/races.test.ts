import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { call, eventsOf, generate, generateStream, newLead, setOf } from "../support/api.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const REFRESH = { "Cache-Control": "no-cache" };

function objectOf(streamId: string | null) {
  const [key = ""] = (streamId ?? "").split(".");
  return env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key));
}

describe("a refresh as a stream", () => {
  it("leaves nothing of the old set in the first two cache layers", async () => {
    const leadData = newLead();
    await setOf(await generate({ leadData, images: "wait" }));
    const old = await setOf(await generate({ leadData }));
    const events = await eventsOf(await generateStream({ leadData }, REFRESH));
    const ids = events.flatMap(({ persona }) => (persona as { id: string } | undefined)?.id ?? []);
    const next = await setOf(await generate({ leadData }));
    expect(next.personas.map(({ id }) => id)).toEqual(ids);
    expect(next.setId).toBe(old.setId);
    expect(await calls(leadData.name)).not.toHaveLength(0);
  });
});

describe("an object that has forgotten all its runs", () => {
  it("begins anew", async () => {
    const leadData = newLead();
    const first = await generateStream({ leadData });
    const stub = objectOf(first.headers.get("X-Stream-Id"));
    await first.text();
    await runInDurableObject(
      stub,
      (_, { storage }) => void storage.sql.exec("UPDATE runs SET expiresAt = 1"),
    );
    await runDurableObjectAlarm(stub);
    const path = `/api/personas/generations/${first.headers.get("X-Stream-Id")}`;
    expect((await call(path)).status).toBe(404);
    expect((await setOf(await generate({ leadData }, REFRESH))).personas).toHaveLength(3);
  });
});

describe("without a database", () => {
  const hidden = ["persona_cache", "request_log", "persona_images"];
  const rename = (from: string, to: string) => env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
  const hide = () => Promise.all(hidden.map((table) => rename(table, `hidden_${table}`)));
  const show = () => Promise.all(hidden.map((table) => rename(`hidden_${table}`, table).catch(() => {})));
  afterEach(show);

  it("a set is made, kept with its cost by the run's object, and in D1 once that is back", async () => {
    const leadData = newLead();
    await hide();
    const first = await generateStream({ leadData });
    const stub = objectOf(first.headers.get("X-Stream-Id"));
    const end = (await eventsOf(first)).at(-1);
    expect(end).toMatchObject({ done: true });
    expect((await setOf(await generate({ leadData }))).setId).toBe(end?.setId);
    const second = await setOf(await generate({ leadData }, REFRESH));
    expect(second.setId).toBe(end?.setId);
    expect(await calls(leadData.name)).toHaveLength(2);
    await show();

    await runInDurableObject(stub, (_, { storage }) => {
      for (const [name, waiting] of storage.kv.list<{ dueAt: number }>({ prefix: "unstored:" })) {
        storage.kv.put(name, { ...waiting, dueAt: 0 });
      }
    });
    await runDurableObjectAlarm(stub);
    expect(await setOf(await call(`/api/personas/${second.setId}`))).toMatchObject({
      personas: second.personas.map(({ id }) => ({ id })),
    });
    const { results } = await env.DB.prepare("SELECT * FROM request_log WHERE set_id = ?")
      .bind(second.setId)
      .all();
    expect(results).toHaveLength(2);
    expect(
      await runInDurableObject(stub, (_, { storage }) => [...storage.kv.list({ prefix: "unstored:" })]),
    ).toEqual([]);
  });
});

describe("a server that dies under a run again and again", () => {
  it("asks three times in all, and what that cost is in the log", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ silentAfterChunks: 2 }], true);
    const response = await generateStream({ leadData }); // begins with a comment: the model is silent
    const streamId = response.headers.get("X-Stream-Id");
    for (const life of [1, 2, 3]) {
      await callsReach(leadData.name, life);
      await abortAllDurableObjects();
      await runDurableObjectAlarm(objectOf(streamId));
    }
    await response.body?.cancel().catch(() => {});
    const events = await eventsOf(await call(`/api/personas/generations/${streamId}`));
    expect(events.at(-1)).toMatchObject({ error: { code: "interrupted", retryable: true } });
    expect(await calls(leadData.name)).toHaveLength(3);
    const query = "SELECT calls, cost_usd FROM request_log WHERE code = 'interrupted'";
    const rows = async () => (await env.DB.prepare(query).all<{ calls: number; cost_usd: number }>()).results;
    await expect.poll(rows).toMatchObject([{ calls: 3 }]);
    expect((await rows())[0]?.cost_usd).toBeGreaterThan(0);
  });
});
