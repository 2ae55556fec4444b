import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, eventsOf, generate, generateStream, newLead, setOf, whenReady } from "../support/api.ts";
import { persona } from "../support/persona.ts";
import { becomes, imageCalls, keyOf, newMarker } from "../support/portraits.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const REFUSED = { status: 400, body: { error: { message: "no", type: "x", code: "moderation_blocked" } } };

async function leadWith(...markers: string[]) {
  const leadData = newLead();
  const content = JSON.stringify({ personas: markers.map((marker) => persona(marker)) });
  await script(leadData.name, [{ content }], true);
  return { leadData, config: { count: markers.length } };
}

const states = (set: { personas: readonly { imageStatus: string }[] }) =>
  set.personas.map(({ imageStatus }) => imageStatus);

describe('images: "wait"', () => {
  it("answers once every portrait is ready or has failed", async () => {
    const [good, bad] = [newMarker(), newMarker()];
    const body = await leadWith(good, bad);
    await script(good, [{ headersAfterMs: 700 }]);
    await script(bad, [REFUSED]);
    const response = await generate({ ...body, images: "wait" });
    expect(response.headers.get("Cache-Status")).toBe("asknewton; fwd=miss");
    expect(states(await setOf(response))).toEqual(["ready", "failed"]);
  });

  it("waits where the set is cached, too, and is no part of the key or the fingerprint", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await script(marker, [{ headersAfterMs: 900 }]);
    const first = await setOf(await generate(body));
    expect(states(first)).toEqual(["pending"]);
    const waited = await generate({ ...body, images: "wait" });
    expect(waited.headers.get("Cache-Status")).toBe("asknewton-d1; hit");
    expect(await setOf(waited)).toMatchObject({ setId: first.setId, personas: [{ imageStatus: "ready" }] });
    expect((await generate(body)).headers.get("Cache-Status")).toBe("asknewton-memory; hit");
    expect(await calls(body.leadData.name)).toHaveLength(1);
  });

  it("means nothing to a stream, which tells of personas as they are", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await script(marker, [{ headersAfterMs: 900 }]);
    const events = await eventsOf(await generateStream({ ...body, images: "wait" }));
    expect(events[0]).toMatchObject({ persona: { imageStatus: "pending" } });
    expect(events.at(-1)).toHaveProperty("done", true);
    await callsReach(marker, 1, "finished");
  });
});

describe("a set whose portraits are on their way", () => {
  it("is shown with today's states, and its ETag follows them", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await script(marker, [{ headersAfterMs: 900 }]);
    const { setId } = await setOf(await generate(body));
    const before = await call(`/api/personas/${setId}`);
    const etag = before.headers.get("ETag") ?? "";
    expect(states(await setOf(before))).toEqual(["pending"]);
    const ifChanged = () => call(`/api/personas/${setId}`, { headers: { "If-None-Match": etag } });
    expect((await ifChanged()).status).toBe(304);
    await whenReady(setId);
    const after = await ifChanged();
    expect([after.status, states(await setOf(after))]).toEqual([200, ["ready"]]);
    expect(after.headers.get("ETag")).not.toBe(etag);
  });

  it("is in D1 alone until they are ready", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await script(marker, [{ headersAfterMs: 900 }]);
    const { setId } = await setOf(await generate(body));
    for (const _ of [1, 2])
      expect((await generate(body)).headers.get("Cache-Status")).toBe("asknewton-d1; hit");
    await whenReady(setId);
    const layers = ["d1", "memory", "memory"];
    for (const layer of layers)
      expect((await generate(body)).headers.get("Cache-Status")).toBe(`asknewton-${layer}; hit`);
  });

  it("stays in D1 where one has failed", async () => {
    const [good, bad] = [newMarker(), newMarker()];
    const body = await leadWith(good, bad);
    await script(bad, [REFUSED]);
    await setOf(await generate({ ...body, images: "wait" }));
    for (const _ of [1, 2]) {
      const response = await generate(body);
      expect(response.headers.get("Cache-Status")).toBe("asknewton-d1; hit");
      expect(states(await setOf(response))).toEqual(["ready", "failed"]);
    }
  });
});

describe("a refresh", () => {
  it("takes the old set out of the first two cache layers, though the new one cannot be there yet", async () => {
    const [old, fresh] = [newMarker(), newMarker()];
    const body = await leadWith(old);
    await setOf(await generate({ ...body, images: "wait" }));
    expect((await generate(body)).headers.get("Cache-Status")).toBe("asknewton-memory; hit");
    await script(body.leadData.name, [{ content: JSON.stringify({ personas: [persona(fresh)] }) }]);
    await script(fresh, [{ headersAfterMs: 900 }]);
    const second = await setOf(await generate(body, { "Cache-Control": "no-cache" }));
    const response = await generate(body);
    expect(response.headers.get("Cache-Status")).toBe("asknewton-d1; hit");
    expect(await setOf(response)).toEqual({ ...second, fromCache: true });
    await whenReady(second.setId);
  });

  it("that is replayed shows today's states", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await script(marker, [{ headersAfterMs: 700 }]);
    const refresh = { "Cache-Control": "no-cache" };
    const first = await setOf(await generate(body, refresh));
    expect(states(first)).toEqual(["pending"]);
    await whenReady(first.setId);
    const replay = await generate(body, refresh);
    expect(replay.headers.get("Idempotency-Replayed")).toBe("true");
    expect(states(await setOf(replay))).toEqual(["ready"]);
  });
});

describe("a ledger that cannot be written", () => {
  it("holds up no persona, and what it missed is announced with the set", async () => {
    const marker = newMarker();
    const body = await leadWith(marker);
    await env.DB.prepare(
      `CREATE TRIGGER refuse BEFORE INSERT ON persona_images
       WHEN (SELECT COUNT(*) FROM persona_cache WHERE instr(personas_json, new.image_key)) = 0
       BEGIN SELECT RAISE(ABORT, 'away'); END`,
    ).run();
    const events = await eventsOf(await generateStream(body));
    await env.DB.prepare("DROP TRIGGER refuse").run();
    const { personas } = {
      personas: events.flatMap(({ persona: p }) => (p ? [p as { imageUrl: string }] : [])),
    };
    expect(personas).toHaveLength(1);
    await becomes(keyOf(personas[0]?.imageUrl), "ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });
});
