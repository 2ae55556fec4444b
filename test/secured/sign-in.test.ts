import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, generate, generateStream, newLead, problemOf, setOf } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { bearerFor } from "../support/tokens.ts";
import { calls } from "../support/upstream.ts";

describe("where callers sign in", () => {
  it("equal leads of two users never meet, and one's set is not there for the other", async () => {
    const leadData = newLead();
    const [ann, bob] = [await bearerFor("ann"), await bearerFor("bob")];
    const hers = await setOf(await generate({ leadData }, ann));
    const his = await setOf(await generate({ leadData }, bob));
    expect(his.setId).not.toBe(hers.setId);
    expect(his.fromCache).toBe(false);
    expect(await calls(leadData.name)).toHaveLength(2);
    expect((await setOf(await generate({ leadData }, ann))).setId).toBe(hers.setId);
    expect((await setOf(await call(`/api/personas/${hers.setId}`, { headers: ann }))).setId).toBe(hers.setId);
    const foreign = await call(`/api/personas/${hers.setId}`, { headers: bob });
    expect([foreign.status, (await problemOf(foreign)).code]).toEqual([404, "not_found"]);
  });

  it("one's stream is not there for the other", async () => {
    const [ann, bob] = [await bearerFor("ann"), await bearerFor("bob")];
    const response = await generateStream({ leadData: newLead() }, ann);
    const path = `/api/personas/generations/${response.headers.get("X-Stream-Id")}`;
    await response.text();
    expect((await call(path, { headers: bob })).status).toBe(404);
    expect((await call(path, { headers: ann })).status).toBe(200);
  });

  it("imageUrl is built on PUBLIC_BASE_URL", async () => {
    const { personas } = await setOf(await generate({ leadData: newLead() }, await bearerFor("ann")));
    expect(personas[0]?.imageUrl).toMatch(/^https:\/\/cdn\.test\/base\/images\/[0-9a-f]{64}$/);
  });

  it("what is stored names nobody", async () => {
    const headers = await bearerFor("user-with-a-name");
    await setOf(await generate({ leadData: newLead(), email: "name@example.org" }, headers));
    for (const table of ["persona_cache", "request_log"]) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
      expect(results.length).toBeGreaterThan(0);
      expect(JSON.stringify(results)).not.toMatch(/name@example\.org|user-with-a-name/);
    }
  });
});

describe("other origins", () => {
  const from = (origin: string, init: RequestInit = {}) =>
    call("/api/health", { ...init, headers: { Origin: origin, ...init.headers } });

  it("are let in where they are allowed, exactly, with the headers that they may read", async () => {
    const response = await from("https://app.test");
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://app.test");
    const exposed = response.headers.get("Access-Control-Expose-Headers") ?? "";
    for (const name of [
      "X-Request-Id",
      "X-Stream-Id",
      "Cache-Status",
      "Idempotency-Replayed",
      "Retry-After",
    ]) {
      expect(exposed).toContain(name);
    }
    for (const origin of ["https://app.test.evil.test", "http://app.test", "https://APP.test", "null"]) {
      expect((await from(origin)).headers.get("Access-Control-Allow-Origin")).toBeNull();
    }
  });

  it("are let in where the answer is a problem, too", async () => {
    const response = await generate({}, { Origin: "https://app.test" });
    expect(response.status).toBe(401);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://app.test");
    expect(response.headers.get("WWW-Authenticate")).not.toBeNull();
  });

  it("may ask beforehand, without a token", async () => {
    const response = await call("/api/personas/generate", {
      method: "OPTIONS",
      headers: {
        Origin: "https://app.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization,idempotency-key",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("Access-Control-Allow-Methods")).toContain("POST");
    expect(response.headers.get("Access-Control-Allow-Headers")).toContain("idempotency-key");
  });
});

const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });

/** In wrangler.toml. */
const LIMIT = 60;

describe("the rate limit", () => {
  it("counts what would start upstream work, for each caller, and nothing else", async () => {
    const headers = await bearerFor("busy");
    const cached = newLead();
    await setOf(await generate({ leadData: cached }, headers));
    // Its minutes are the clock's: where one ends meanwhile, twice as many pass before one is refused.
    const ask = () => generate({ leadData: newLead(), config: { count: 1 } }, { ...headers, ...newKey() });
    const claims: string[] = [];
    const restore = wrapDatabase((sql, send) => {
      if (/(insert into \W+request_log\W.*returning|delete from \W+request_log)/i.test(sql)) claims.push(sql);
      return send();
    });
    let taken = 0;
    let refused = await ask();
    for (; refused.status === 200 && taken < 2 * LIMIT; refused = await ask()) {
      taken += 1;
      await refused.body?.cancel();
    }
    restore();
    expect(claims).toHaveLength(taken); // the refused one's key was not even claimed
    expect(taken + 1).toBeGreaterThanOrEqual(LIMIT - 1); // the cached one's was the first
    expect([refused.status, (await problemOf(refused)).code]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect((await setOf(await generate({ leadData: cached }, headers))).fromCache).toBe(true);
    const another = await generate({ leadData: newLead(), config: { count: 1 } }, await bearerFor("calm"));
    expect((await setOf(another)).personas).toHaveLength(1);
  });
});
