import { describe, expect, it } from "vitest";
import { createEdgeCache } from "../../src/personas/cache/edge.ts";
import { createMemoryCache } from "../../src/personas/cache/memory.ts";
import { call, generate, generateStream, newLead, setOf, until, whenReady } from "../support/api.ts";
import { callsReach, script } from "../support/upstream.ts";

const REFRESH = { "Cache-Control": "no-cache" };

async function hotSet() {
  const leadData = newLead();
  const { setId } = await setOf(await generate({ leadData }));
  const set = await whenReady(setId);
  for (const layer of ["d1", "memory"]) expect(await readLayer(leadData)).toBe(layer);
  return { leadData, setId, firstId: set.personas[0]?.id };
}

async function readLayer(leadData: object): Promise<string | undefined> {
  const response = await generate({ leadData });
  await response.body?.cancel();
  return /^asknewton-(\w+); hit$/.exec(response.headers.get("Cache-Status") ?? "")?.[1];
}

describe("a refresh whose caller leaves", () => {
  it.each([
    ["a stream", generateStream],
    ["JSON", generate],
  ])(
    "takes the old set out of the first two cache layers when it begins, and none of it comes back: %s",
    async (_, ask) => {
      const { leadData, setId, firstId } = await hotSet();
      await script(leadData.name, [{ headersAfterMs: 2_000 }]);
      const asked = ask({ leadData }, REFRESH);
      await callsReach(leadData.name, 2);
      // D1 has the old set until the new one is stored, and whoever reads it there must not keep it.
      for (const _ of [1, 2]) expect(await readLayer(leadData)).toBe("d1");
      await (await asked).body?.cancel();
      const current = async () => (await setOf(await call(`/api/personas/${setId}`))).personas[0]?.id;
      await until("the new set is stored", async () => (await current()) !== firstId);
      expect((await setOf(await generate({ leadData }))).personas[0]?.id).not.toBe(firstId);
      await whenReady(setId);
      for (const layer of ["d1", "memory"]) expect(await readLayer(leadData)).toBe(layer);
    },
  );
});

describe("a refresh that comes to nothing", () => {
  it("gives the first two cache layers back", async () => {
    const { leadData } = await hotSet();
    await script(leadData.name, [{ status: 400, body: "" }]);
    const failed = await generate({ leadData }, REFRESH);
    expect(failed.status).toBe(502);
    await failed.body?.cancel();
    for (const layer of ["d1", "memory"]) expect(await readLayer(leadData)).toBe(layer);
  });
});

describe("what a refresh supersedes", () => {
  const place = { key: "k".repeat(64), baseUrl: "https://layers.test" };
  const saved = { usd: 0, tokens: 0, images: 0 };
  const answer = (createdAt: number) => ({ body: new TextEncoder().encode("{}"), createdAt, saved });

  it("stays out of memory for longer than any run takes", () => {
    let time = 1_000_000;
    const memory = createMemoryCache(() => time);
    memory.put(place, answer(time - 1));
    memory.invalidate(place, time);
    const old = answer(time - 1);
    for (let minute = 0; minute < 14; minute += 1) {
      expect([memory.put(place, old), memory.get(place)]).toEqual([false, undefined]);
      time += 60_000;
    }
    expect(memory.put(place, answer(time))).toBe(true);
    expect(memory.get(place)).toMatchObject({ createdAt: time });
  });

  it("stays out of the colo's cache, whichever isolate read it", async () => {
    const edge = createEdgeCache(() => caches.default);
    await edge.put(place, answer(5));
    await edge.invalidate(place, 10);
    await edge.put(place, answer(5));
    expect(await edge.get(place)).toBeUndefined();
    await edge.put(place, answer(11));
    expect(await edge.get(place)).toMatchObject({ createdAt: 11 });
  });
});
