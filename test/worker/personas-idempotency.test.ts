import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generate, generateStream, newLead, problemOf, setOf, whenReady } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });
const from = (address: string) => ({ "CF-Connecting-IP": address });
const REFRESH = { "Cache-Control": "no-cache" };

async function forgetSets(): Promise<void> {
  await env.DB.prepare("DELETE FROM persona_cache").run();
}

describe("fifty requests at once with one key", () => {
  it("cost one upstream call and get equal bodies, of which none is a replay", async () => {
    const leadData = newLead();
    const key = newKey();
    await script(leadData.name, [{ chunkChars: 80, chunkDelayMs: 8 }]);
    const asked = Array.from({ length: 50 }, (_, index) =>
      generate({ leadData }, { ...key, ...from(`192.0.2.${index}`) }),
    );
    const responses = await Promise.all(asked);
    for (const response of responses) expect(response.headers.get("Idempotency-Replayed")).toBeNull();
    const bodies = await Promise.all(responses.map((response) => response.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("do so too where the log cannot be reached", async () => {
    const leadData = newLead();
    const key = newKey();
    await env.DB.prepare("ALTER TABLE request_log RENAME TO away").run();
    try {
      const responses = await Promise.all(Array.from({ length: 50 }, () => generate({ leadData }, key)));
      const bodies = await Promise.all(
        responses.map(async (response) => JSON.stringify((await setOf(response)).personas)),
      );
      expect(new Set(bodies).size).toBe(1);
      expect(await calls(leadData.name)).toHaveLength(1);
      expect((await setOf(await generate({ leadData }))).fromCache).toBe(true);
    } finally {
      await env.DB.prepare("ALTER TABLE away RENAME TO request_log").run();
    }
  });
});

describe("a key that was used before", () => {
  it("is answered with the first body, whatever the caches have, from any network, quoted or bare", async () => {
    const leadData = newLead();
    const key = crypto.randomUUID();
    const first = await setOf(await generate({ leadData }, { "Idempotency-Key": key, ...from("192.0.2.1") }));
    await whenReady(first.setId);
    for (const layer of ["d1", "memory"]) {
      expect((await generate({ leadData })).headers.get("Cache-Status")).toBe(`asknewton-${layer}; hit`);
    }
    const again = await generate({ leadData }, { "Idempotency-Key": `"${key}"`, ...from("192.0.2.2") });
    expect(again.headers.get("Cache-Status")).toBe("asknewton-log; hit");
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    const ready = first.personas.map((persona) => ({ ...persona, imageStatus: "ready" }));
    expect(await setOf(again)).toEqual({ ...first, personas: ready, fromIdempotentCache: true });
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("keeps its first body when somebody has refreshed the set, as JSON and as a stream", async () => {
    const leadData = newLead();
    const key = newKey();
    const first = await setOf(await generate({ leadData }, key));
    const ids = first.personas.map(({ id }) => id);
    await setOf(await generate({ leadData }, { ...REFRESH, ...from("192.0.2.3") }));
    const again = await setOf(await generate({ leadData, images: "wait" }, key));
    expect(again).toMatchObject({ createdAt: first.createdAt, fromCache: false, fromIdempotentCache: true });
    expect(again.personas.map(({ id }) => id)).toEqual(ids);
    expect(new Set(again.personas.map(({ imageStatus }) => imageStatus))).toEqual(new Set(["ready"]));
    const events = await eventsOf(await generateStream({ leadData }, key));
    expect(events.flatMap(({ persona }) => (persona as { id: string } | undefined)?.id ?? [])).toEqual(ids);
    expect(await calls(leadData.name)).toHaveLength(2);
  });

  it("is answered so where only a cached answer is wanted", async () => {
    const leadData = newLead();
    const key = newKey();
    await setOf(await generate({ leadData }, key));
    const again = await generate({ leadData }, { ...key, "Cache-Control": "only-if-cached" });
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    await again.text();
  });

  it("is answered by the caches where the log cannot be reached", async () => {
    const leadData = newLead();
    const key = newKey();
    const { setId } = await setOf(await generate({ leadData }, key));
    await whenReady(setId);
    await setOf(await generate({ leadData }));
    const restore = wrapDatabase(() => Promise.reject(new Error("D1 is away")));
    try {
      const again = await generate({ leadData }, key);
      expect(again.headers.get("Cache-Status")).toBe("asknewton-memory; hit");
      expect((await setOf(again)).fromCache).toBe(true);
    } finally {
      restore();
    }
  });

  it("is answered from the log where no cache has the set", async () => {
    const leadData = newLead();
    const key = newKey();
    const first = await setOf(await generate({ leadData }, key));
    await forgetSets();
    const replayed = await setOf(await generate({ leadData }, key));
    expect(replayed).toMatchObject({ setId: first.setId, fromCache: false, fromIdempotentCache: true });
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("is replayed as a stream, all at once", async () => {
    const leadData = newLead();
    const key = newKey();
    const first = await setOf(await generate({ leadData }, key));
    await forgetSets();
    const again = await generateStream({ leadData }, key);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(again.headers.get("X-Stream-Id")).toBeNull();
    expect((await eventsOf(again)).at(-1)).toMatchObject({
      done: true,
      setId: first.setId,
      fromCache: false,
    });
  });

  it("is one refresh, however often it is sent; another key is another", async () => {
    const leadData = newLead();
    const key = newKey();
    const first = await setOf(await generate({ leadData }, { ...key, ...REFRESH }));
    const again = await generate({ leadData }, { ...key, ...REFRESH });
    expect(again.headers.get("Cache-Status")).toBe("asknewton-log; hit");
    expect((await setOf(again)).personas.map(({ id }) => id)).toEqual(first.personas.map(({ id }) => id));
    const other = await generate({ leadData }, { ...newKey(), ...REFRESH });
    expect(other.headers.get("Cache-Status")).toBe("asknewton; fwd=request");
    expect((await setOf(other)).personas[0]?.id).not.toBe(first.personas[0]?.id);
    expect(await calls(leadData.name)).toHaveLength(2);
  });

  it("is refused with another body, also one that is cached, and with a refresh", async () => {
    const [leadData, other] = [newLead(), newLead()];
    const key = newKey();
    await setOf(await generate({ leadData }, key));
    await setOf(await generate({ leadData: other }));
    const tries = [
      generate({ leadData: other }, key),
      generate({ leadData: newLead() }, key),
      generate({ leadData }, { ...key, ...REFRESH }),
    ];
    for (const response of await Promise.all(tries)) {
      expect([response.status, (await problemOf(response)).code]).toEqual([422, "idempotency_key_reused"]);
    }
    expect((await setOf(await generate({ leadData: other }, newKey()))).fromCache).toBe(true);
  });

  it("is refused with another body while the first still runs", async () => {
    const leadData = newLead();
    const key = newKey();
    await script(leadData.name, [{ chunkChars: 80, chunkDelayMs: 8 }]);
    const first = generate({ leadData }, key);
    await callsReach(leadData.name, 1);
    expect((await generate({ leadData: newLead() }, key)).status).toBe(422);
    expect((await setOf(await first)).personas).toHaveLength(3);
  });

  it("is free again at once where its request failed", async () => {
    const leadData = newLead();
    const key = newKey();
    await script(leadData.name, [{ status: 400, body: "" }]);
    expect((await generate({ leadData }, key)).status).toBe(502);
    const freed = async () => (await generate({ leadData: { ...leadData, other: true } }, key)).status;
    await expect.poll(freed, { timeout: 10_000 }).toBe(200);
  });
});

describe("a key whose first answer came from a cache", () => {
  it("is not used up: nothing is written, and any request may have it", async () => {
    const [leadData, other] = [newLead(), newLead()];
    const key = newKey();
    const { setId } = await setOf(await generate({ leadData }));
    await whenReady(setId);
    for (const _ of ["first", "again"]) {
      const response = await generate({ leadData }, key);
      expect(response.headers.get("Cache-Status")).toBe("asknewton-d1; hit");
      expect(response.headers.get("Idempotency-Replayed")).toBeNull();
      expect((await setOf(response)).fromCache).toBe(true);
    }
    expect((await setOf(await generate({ leadData: other }, key))).fromCache).toBe(false);
    expect((await generate({ leadData }, key)).status).toBe(422);
  });
});

describe("a request without a key", () => {
  it("does not see one with a key, but shares the set", async () => {
    const leadData = newLead();
    const key = newKey();
    const first = await setOf(await generate({ leadData }, key));
    expect((await setOf(await generate({ leadData }))).setId).toBe(first.setId);
    expect(await calls(leadData.name)).toHaveLength(1);
  });
});

describe("a malformed key", () => {
  it("is refused", async () => {
    for (const key of ["", "x".repeat(256), "two words", '"a" "b"', "ümlaut"]) {
      const response = await generate({ leadData: newLead() }, { "Idempotency-Key": key });
      expect([key, response.status, (await problemOf(response)).code]).toEqual([
        key,
        400,
        "invalid_idempotency_key",
      ]);
    }
  });
});
