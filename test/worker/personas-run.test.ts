import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { PersonaSet } from "../../src/personas/schema.ts";
import { call, eventsOf, generate, generateStream, newLead, setOf } from "../support/api.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

/** Long enough that everybody joins while it runs. */
const SLOW = { chunkChars: 60, chunkDelayMs: 10 };

function objectOf(streamId: string) {
  const [key = ""] = streamId.split(".");
  return env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key));
}

describe("a hundred identical cold requests at once", () => {
  it("cost one upstream call and get equal answers, as JSON and as a stream", async () => {
    const leadData = newLead();
    await script(leadData.name, [SLOW]);
    const ask = (index: number) => (index % 2 === 0 ? generate({ leadData }) : generateStream({ leadData }));
    const responses = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)));
    const started = responses.filter(
      (response) => response.headers.get("Cache-Status") === "asknewton; fwd=miss",
    );
    expect(started).toHaveLength(1);
    const streams = new Set(responses.map((response) => response.headers.get("X-Stream-Id")));
    expect(streams.size).toBe(2); // one stream's id, and none for JSON
    const answers = await Promise.all(
      responses.map(async (response, index) => {
        if (index % 2 === 0) return await setOf(response);
        const events = await eventsOf(response);
        const { id: _, done: __, ...end } = events.at(-1) ?? { id: 0 };
        return { ...end, personas: events.slice(0, -1).map(({ persona }) => persona) };
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await calls(leadData.name)).toHaveLength(1);
  });
});

describe("callers who hang up", () => {
  it("stop nothing: the set is in the cache a moment later", async () => {
    const leadData = newLead();
    await script(leadData.name, [SLOW]);
    const controllers = Array.from({ length: 4 }, () => new AbortController());
    const asked = controllers.map(({ signal }, index) => {
      const form = index % 2 === 0 ? "application/json" : "text/event-stream";
      const init = { method: "POST", signal, headers: { "Content-Type": "application/json", Accept: form } };
      return call("/api/personas/generate", { ...init, body: JSON.stringify({ leadData }) });
    });
    await callsReach(leadData.name, 1);
    for (const controller of controllers) controller.abort();
    await Promise.allSettled(asked.map(async (response) => (await response).body?.cancel()));
    await callsReach(leadData.name, 1, "finished");
    const found = async () => (await setOf(await generate({ leadData }))).fromCache;
    await expect.poll(found).toBe(true);
    expect(await calls(leadData.name)).toHaveLength(1);
  });
});

describe("a stream of personas", () => {
  it("sends each persona as soon as the model has finished it", async () => {
    const leadData = newLead();
    await script(leadData.name, [SLOW]);
    const response = await generateStream({ leadData });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = ""; // comments may come before it, where the model or the machine is slow
    while (!seen.includes("data: ")) {
      const { value } = (await reader?.read()) ?? {};
      if (value === undefined) throw new Error(`the stream was over: ${seen}`);
      seen += value;
    }
    expect(seen).toMatch(/^(:.*\n+)*data: \{"id":1,"persona":\{/);
    const [running] = await calls(leadData.name);
    expect(running?.outcome).toBe("open"); // the model was still writing
    await reader?.cancel();
  });

  it("is resumed after any event, with the same payloads and an id line each", async () => {
    const leadData = newLead();
    const response = await generateStream({ leadData });
    const path = `/api/personas/generations/${response.headers.get("X-Stream-Id")}`;
    const events = await eventsOf(response);
    for (let after = 0; after < events.length; after += 1) {
      const resumed = await call(path, { headers: { "Last-Event-ID": String(after) } });
      const text = await resumed.clone().text();
      expect(await eventsOf(resumed)).toEqual(events.slice(after));
      expect(text.startsWith(`id: ${after + 1}\ndata: `)).toBe(true);
    }
    const query = await call(`${path}?after=3`);
    expect(await eventsOf(query)).toEqual(events.slice(3));
    const over = await call(path, { headers: { "Last-Event-ID": String(events.length) } });
    expect(over.status).toBe(204);
  });

  it("is kept for as long as its Idempotency-Key, and else for an hour", async () => {
    const ended = async (headers: Record<string, string>) => {
      const response = await generateStream({ leadData: newLead() }, headers);
      const streamId = response.headers.get("X-Stream-Id") ?? "";
      const events = await eventsOf(response);
      await runInDurableObject(objectOf(streamId), (_, { storage }) => {
        storage.sql.exec("UPDATE runs SET endedAt = endedAt - ?1, expiresAt = expiresAt - ?1", 80_000_000);
      });
      await runDurableObjectAlarm(objectOf(streamId));
      return { events, resumed: await call(`/api/personas/generations/${streamId}`) };
    };
    const keyed = await ended({ "Idempotency-Key": crypto.randomUUID() });
    expect(await eventsOf(keyed.resumed)).toEqual(keyed.events);
    expect((await ended({})).resumed.status).toBe(404);
  });

  it("is resumed while it runs, and goes on live", async () => {
    const leadData = newLead();
    await script(leadData.name, [SLOW]);
    const first = await generateStream({ leadData });
    const path = `/api/personas/generations/${first.headers.get("X-Stream-Id")}`;
    const resumed = await call(`${path}?after=1`);
    const events = await eventsOf(first);
    expect(await eventsOf(resumed)).toEqual(events.slice(1));
  });

  it("is 404 under any other name, which leaves no trace", async () => {
    const unknown = `${"a".repeat(64)}.${"b".repeat(32)}`;
    for (const streamId of [unknown, "x", `${"a".repeat(64)}`, `${"A".repeat(64)}.${"b".repeat(32)}`]) {
      const response = await call(`/api/personas/generations/${streamId}`);
      expect(response.status).toBe(404);
      await response.body?.cancel();
    }
    const tables = await runInDurableObject(objectOf(unknown), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe("a server that dies under a run", () => {
  it("makes the set again without anyone asking", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ silentAfterChunks: 5 }]);
    const asked = generateStream({ leadData }).catch(() => undefined);
    await callsReach(leadData.name, 1);
    const row = () => env.DB.prepare("SELECT COUNT(*) AS n FROM persona_cache").first<{ n: number }>();
    const before = await row();
    await abortAllDurableObjects();
    await asked;
    const ids = await runningObjects();
    for (const id of ids) await runDurableObjectAlarm(env.PERSONA_GENERATIONS.get(id));
    await callsReach(leadData.name, 2);
    await expect.poll(async () => (await row())?.n).toBe((before?.n ?? 0) + 1);
    expect((await setOf(await generate({ leadData }))).fromCache).toBe(true);
  });

  it("says reset to a reader who comes back, above every id that was sent", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ chunkChars: 60, chunkDelayMs: 20, silentAfterChunks: 50 }]);
    const first = await generateStream({ leadData });
    const streamId = first.headers.get("X-Stream-Id") ?? "";
    const reader = first.body?.getReader();
    await reader?.read();
    await abortAllDurableObjects();
    await reader?.cancel().catch(() => {});
    const resumed = await call(`/api/personas/generations/${streamId}?after=1`);
    const events = await eventsOf(resumed);
    expect(events[0]).toEqual({ id: events[0]?.id, reset: true });
    expect(events[0]?.id).toBeGreaterThan(1);
    expect(events.slice(1, -1).every(({ persona }) => persona)).toBe(true);
    expect(events).toHaveLength(5);
    expect(events.at(-1)).toMatchObject({ done: true });
  });

  it("answers a JSON caller from the run's second life", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ silentAfterChunks: 5 }]);
    const asked = generate({ leadData });
    await callsReach(leadData.name, 1);
    await abortAllDurableObjects();
    const set: PersonaSet = await setOf(await asked);
    expect(set.personas).toHaveLength(3);
    expect(await calls(leadData.name)).toHaveLength(2);
  });
});

async function runningObjects() {
  const { listDurableObjectIds } = await import("cloudflare:test");
  const ids = await listDurableObjectIds(env.PERSONA_GENERATIONS);
  const states = await Promise.all(
    ids.map((id) =>
      runInDurableObject(env.PERSONA_GENERATIONS.get(id), (_, { storage }) => {
        const known =
          storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'runs'").toArray().length > 0;
        return known && storage.sql.exec("SELECT 1 FROM runs WHERE state = 'running'").toArray().length > 0;
      }),
    ),
  );
  return ids.filter((_, index) => states[index]);
}
