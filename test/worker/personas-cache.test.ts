import { describe, expect, it } from "vitest";
import type { PersonaSet } from "../../src/personas/schema.ts";
import {
  call,
  eventsOf,
  generate,
  generateStream,
  newLead,
  ORIGIN,
  post,
  problemOf,
  setOf,
  whenReady,
} from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { calls } from "../support/upstream.ts";

/** Portraits are ready when they are; nothing else of a set changes. */
function withoutStates({ personas, ...set }: PersonaSet) {
  return { ...set, personas: personas.map(({ imageStatus: _, ...persona }) => persona) };
}

describe("a lead that was never seen", () => {
  it("is answered with as many personas as were asked for, each with the same fields", async () => {
    const leadData = newLead();
    const response = await generate({ leadData, config: { count: 4 } });
    expect(response.headers.get("Cache-Status")).toBe("asknewton; fwd=miss");
    expect(response.headers.get("Server-Timing")).toMatch(/run;dur=\d+/);
    const set = await setOf(response);
    expect(set.fromCache).toBe(false);
    expect(set.personas).toHaveLength(4);
    expect(new Set(set.personas.map(({ id }) => id)).size).toBe(4);
    const fields = set.personas.map((persona) => Object.keys(persona).sort().join());
    expect(new Set(fields).size).toBe(1);
    for (const { imageUrl, imageStatus } of set.personas) {
      expect(imageUrl).toMatch(new RegExp(`^${ORIGIN}/images/[0-9a-f]{64}$`));
      expect(imageStatus).toBe("pending");
    }
  });

  it("has three personas where the configuration does not say", async () => {
    expect((await setOf(await generate({ leadData: newLead() }))).personas).toHaveLength(3);
  });

  it("is asked of the model with a strict schema, without the e-mail and what these models refuse", async () => {
    const leadData = newLead();
    await setOf(await generate({ leadData, email: "someone@example.org" }));
    const [sent, ...others] = await calls(leadData.name);
    expect(others).toEqual([]);
    expect(sent?.body).toMatchObject({
      model: "gpt-6.1-terra",
      reasoning_effort: "low",
      max_completion_tokens: 7_600,
      stream: true,
      response_format: { type: "json_schema", json_schema: { strict: true } },
    });
    for (const refused of ["temperature", "max_tokens", "top_p"])
      expect(sent?.body).not.toHaveProperty(refused);
    expect(JSON.stringify(sent?.body)).not.toContain("someone@example.org");
  });
});

describe("the same lead again", () => {
  it("is answered for nothing, in any key order and spelling", async () => {
    const leadData = newLead();
    const made = await setOf(await generate({ leadData: { ...leadData, age: 40 }, config: { count: 2 } }));
    const first = await whenReady(made.setId);
    for (const layer of ["d1", "memory"]) {
      const again = await generate(
        `{ "config": {"count": 2.0},\n"leadData": {"age": 4e1, "state":"Texas", "name": ${JSON.stringify(leadData.name)}}}`,
      );
      expect(again.headers.get("Cache-Status")).toBe(`asknewton-${layer}; hit`);
      expect(await setOf(again)).toEqual({ ...first, fromCache: true });
    }
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("comes as a stream from the cache, all at once and without a stream id", async () => {
    const leadData = newLead();
    const made = await setOf(await generate({ leadData }));
    const { setId, personas, createdAt, imageWidths, model } = await whenReady(made.setId);
    await setOf(await generate({ leadData }));
    const response = await generateStream({ leadData });
    expect(response.headers.get("Cache-Status")).toBe("asknewton-memory; hit");
    expect(response.headers.get("X-Stream-Id")).toBeNull();
    expect(await eventsOf(response)).toEqual([
      ...personas.map((persona, index) => ({ id: index + 1, persona })),
      { id: 4, done: true, setId, fromCache: true, createdAt, imageWidths, model },
    ]);
  });

  it("is another one with another e-mail, configuration or nested detail", async () => {
    const leadData = { ...newLead(), family: { children: [{ age: 3 }] } };
    const bodies = [
      { leadData },
      { leadData, email: "a@example.org" },
      { leadData, email: "b@example.org" },
      { leadData, config: { tone: "warm" } },
      { leadData: { ...leadData, family: { children: [{ age: 4 }] } } },
    ];
    const ids = await Promise.all(bodies.map(async (body) => (await setOf(await generate(body))).setId));
    expect(new Set(ids).size).toBe(bodies.length);
    expect(await calls(leadData.name)).toHaveLength(bodies.length);
  });

  it("is the same one however the e-mail is written", async () => {
    const leadData = newLead();
    const first = await setOf(await generate({ leadData, email: "Ann@Example.org" }));
    const again = await setOf(await generate({ leadData, email: " ann@example.ORG " }));
    expect(withoutStates(again)).toEqual(withoutStates({ ...first, fromCache: true }));
  });
});

describe("Cache-Control on the request", () => {
  it("no-cache makes the set anew in its place", async () => {
    const leadData = newLead();
    const first = await setOf(await generate({ leadData }));
    const response = await generate({ leadData }, { "Cache-Control": "no-cache" });
    expect(response.headers.get("Cache-Status")).toBe("asknewton; fwd=request");
    const second = await setOf(response);
    expect(second.setId).toBe(first.setId);
    expect(second.fromCache).toBe(false);
    const ids = new Set([...first.personas, ...second.personas].map(({ id }) => id));
    expect(ids.size).toBe(6);
    const complete = await whenReady(first.setId);
    expect(withoutStates(complete)).toEqual(withoutStates({ ...second, fromCache: true }));
    for (const _ of ["d1", "memory"])
      expect(await setOf(await generate({ leadData }))).toEqual({ ...complete, fromCache: true });
  });

  it("no-cache again, by the same caller in the window, is answered from the first", async () => {
    const leadData = newLead();
    const refresh = { "Cache-Control": "no-cache", "CF-Connecting-IP": "192.0.2.1" };
    const first = await setOf(await generate({ leadData }, refresh));
    const response = await generate({ leadData }, refresh);
    expect(response.headers.get("Cache-Status")).toBe("asknewton-log; hit");
    expect(response.headers.get("Idempotency-Replayed")).toBe("true");
    const replay = await setOf(response);
    expect(withoutStates(replay)).toEqual(withoutStates({ ...first, fromIdempotentCache: true }));
    expect(await calls(leadData.name)).toHaveLength(1);
    const other = await generate({ leadData }, { ...refresh, "CF-Connecting-IP": "192.0.2.2" });
    expect(other.headers.get("Cache-Status")).toBe("asknewton; fwd=request");
    await other.body?.cancel();
  });

  it("no-cache beside Pragma is a browser's reload, and ignored", async () => {
    const leadData = newLead();
    await setOf(await generate({ leadData }));
    const response = await generate({ leadData }, { "Cache-Control": "no-cache", Pragma: "no-cache" });
    expect(response.headers.get("Cache-Status")).toMatch(/^asknewton-(memory|d1); hit$/);
    await response.body?.cancel();
  });

  it("only-if-cached never generates", async () => {
    const leadData = newLead();
    const only = { "Cache-Control": "only-if-cached" };
    const miss = await generate({ leadData }, only);
    expect([miss.status, (await problemOf(miss)).code]).toEqual([504, "not_cached"]);
    expect(await calls(leadData.name)).toEqual([]);
    await setOf(await generate({ leadData }));
    expect((await setOf(await generate({ leadData }, only))).fromCache).toBe(true);
  });
});

describe("GET /api/personas/{setId}", () => {
  it("gives the set with an ETag, and 304 to one who has it", async () => {
    const { setId } = await setOf(await generate({ leadData: newLead() }));
    await whenReady(setId);
    const response = await call(`/api/personas/${setId}`);
    const etag = response.headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[0-9a-f]+"$/);
    expect((await setOf(response)).setId).toBe(setId);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await call(`/api/personas/${setId}`, { headers: { "If-None-Match": tags } });
      expect([again.status, again.headers.get("ETag"), await again.text()]).toEqual([304, etag, ""]);
    }
    const changed = await call(`/api/personas/${setId}`, { headers: { "If-None-Match": '"other"' } });
    expect((await setOf(changed)).setId).toBe(setId);
  });

  it("answers HEAD like GET, without a body", async () => {
    const { setId } = await setOf(await generate({ leadData: newLead() }));
    const response = await call(`/api/personas/${setId}`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(response.headers.get("ETag")).not.toBeNull();
  });

  it("is 404 where there is none", async () => {
    const response = await call(`/api/personas/${"a".repeat(32)}`);
    expect([response.status, (await problemOf(response)).code]).toEqual([404, "not_found"]);
  });

  it("is 404 for what cannot be an id, without a question to D1", async () => {
    const restore = wrapDatabase(() => Promise.reject(new Error("D1 is away")));
    try {
      for (const id of [
        "x",
        "a".repeat(31),
        "A".repeat(32),
        crypto.randomUUID(),
        "%0Aat%20ann@example.org",
      ]) {
        const response = await call(`/api/personas/${id}`);
        expect([id, response.status, (await problemOf(response)).code]).toEqual([id, 404, "not_found"]);
        const persona = { setId: decodeURIComponent(id), personaId: "somebody" };
        const chat = await post("/api/chat", { messages: [{ role: "user", content: "Hello" }], persona });
        expect([id, (await problemOf(chat)).code]).toEqual([id, "persona_not_found"]);
      }
    } finally {
      restore();
    }
  });
});
