import { createScheduledController, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type Stats, stats as statsSchema } from "../../src/operations/schema.ts";
import worker from "../../src/worker.ts";
import { call, eventsOf, generate, newLead, post, problemOf, setOf } from "../support/api.ts";
import { bearerFor } from "../support/tokens.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const ADMIN = { Authorization: `Bearer ${(env as unknown as { ADMIN_TOKEN: string }).ADMIN_TOKEN}` };

async function stats(): Promise<Stats> {
  const response = await call("/api/admin/stats", { headers: ADMIN });
  expect(response.status).toBe(200);
  return statsSchema.parse(await response.json());
}

/** Everything that is kept anywhere, as text. */
async function everything(): Promise<string> {
  const tables = [
    "persona_cache",
    "request_log",
    "persona_images",
    "set_images",
    "pregenerate_jobs",
    "pregenerate_inputs",
    "batches",
    "batch_items",
    "daily_totals",
    "models",
  ];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  const objects = await Promise.all(
    [env.PERSONA_GENERATIONS, env.CHAT_STREAMS, env.SPEND].map(async (namespace) => {
      const ids = await listDurableObjectIds(namespace as typeof env.SPEND);
      return await Promise.all(
        ids.map((id) =>
          runInDurableObject(namespace.get(id) as never, (_: unknown, { storage }: DurableObjectState) => {
            const names = storage.sql
              .exec<{ name: string }>(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
              )
              .toArray();
            return JSON.stringify([
              ...names.map(({ name }) => storage.sql.exec(`SELECT * FROM ${name}`).toArray()),
              ...storage.kv.list(),
            ]);
          }),
        ),
      );
    }),
  );
  const bucket = (await env.IMAGES.list()).objects.map(({ key }) => key);
  return JSON.stringify([rows.map(({ results }) => results), objects, bucket]);
}

describe("the administration", () => {
  it("wants its own bearer", async () => {
    const paths = ["/api/admin/stats", "/api/admin/nowhere"];
    for (const path of paths) {
      for (const headers of [{}, { Authorization: "Bearer wrong" }, await bearerFor("ann")]) {
        const response = await call(path, { headers });
        expect([path, response.status, (await problemOf(response)).code]).toEqual([
          path,
          401,
          "unauthorized",
        ]);
      }
      expect((await call(path, { headers: ADMIN })).status).toBe(path.endsWith("stats") ? 200 : 404);
    }
  });

  it("takes from 1 to 90 days", async () => {
    for (const days of ["0", "91", "x", "1.5", "-1", ""]) {
      const response = await call(`/api/admin/stats?days=${days}`, { headers: ADMIN });
      expect([days, response.status, (await problemOf(response)).code]).toEqual([
        days,
        400,
        "invalid_request",
      ]);
    }
    const { days, from, to } = (await (
      await call("/api/admin/stats?days=90", { headers: ADMIN })
    ).json()) as Stats;
    expect(days).toHaveLength(90);
    expect([days[0]?.date, days[89]?.date]).toEqual([from, to]);
    expect(to).toBe(new Date().toISOString().slice(0, 10));
  });
});

describe("the day's figures", () => {
  it("count what was asked, answered, spent and saved", async () => {
    const before = (await stats()).totals;
    const user = await bearerFor("counted");
    const leadData = newLead();
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 2_000,
      total_tokens: 3_000,
      prompt_tokens_details: { cached_tokens: 400 },
    };
    await script(leadData.name, [{ usage }, { usage }]);
    await setOf(await generate({ leadData, images: "wait" }, user));
    await setOf(await generate({ leadData }, user)); // from D1, all portraits ready
    await setOf(await generate({ leadData }, user)); // from memory
    const bad = newLead();
    await script(bad.name, [{ status: 400, body: "" }]);
    await generate({ leadData: bad }, user);
    await generate({}, user); // does not validate: not counted
    const message = { messages: [{ role: "user", content: `What is a deductible? ${leadData.name}` }] };
    expect((await post("/api/chat", message, user)).status).toBe(200);
    const once = (await stats()).totals;
    for (const route of ["/api/chat", "/api/chat/stream"]) {
      const again = await post(route, message, user);
      await again.text();
      expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    }
    const { savedTokens } = (await stats()).totals;
    expect(savedTokens - once.savedTokens).toBe(2 * 3_000);

    const generated = async () => (await stats()).totals.generated - before.generated;
    await expect.poll(generated, { timeout: 10_000 }).toBe(3);
    const { totals } = await stats();
    expect(totals.requests - before.requests).toBe(7);
    expect(totals.hits.memory + totals.hits.d1 - before.hits.memory - before.hits.d1).toBe(2);
    expect(totals.hits.log - before.hits.log).toBe(2);
    expect(totals.errors.upstream_rejected).toBe((before.errors.upstream_rejected ?? 0) + 1);
    expect(totals.tokens.output - before.tokens.output).toBeGreaterThanOrEqual(2_000);
    expect(totals.tokens.cachedInput - before.tokens.cachedInput).toBeGreaterThanOrEqual(400);
    expect(totals.images.generated - before.images.generated).toBe(3);
    // 600 fresh at 1 dollar, 400 cached at 0.05, 2,000 out at 5, for a million; twice from a cache
    const text = (600 * 1 + 400 * 0.05 + 2_000 * 5) / 1e6;
    expect(totals.spentUsd - before.spentUsd).toBeGreaterThan(text);
    expect(totals.savedUsd - before.savedUsd).toBeGreaterThanOrEqual(2 * text - 1e-9);
    expect(totals.savedTokens - before.savedTokens).toBeGreaterThanOrEqual(6_000);
    expect(totals.savedImages - before.savedImages).toBe(6);
  });
});

describe("forgetting a set", () => {
  it("makes it unknown everywhere at once, and made anew when asked for", async () => {
    const user = await bearerFor("forgetful");
    const leadData = newLead();
    const first = await setOf(await generate({ leadData, images: "wait" }, user));
    await setOf(await generate({ leadData }, user));
    const path = `/api/admin/personas/${first.setId}`;
    expect((await call(path, { method: "DELETE", headers: ADMIN })).status).toBe(204);
    expect((await call(`/api/personas/${first.setId}`, { headers: user })).status).toBe(404);
    expect((await call(path, { method: "DELETE", headers: ADMIN })).status).toBe(404);
    const again = await setOf(await generate({ leadData }, user));
    expect(again.fromCache).toBe(false);
    expect(await calls(leadData.name)).toHaveLength(2);
  });
});

describe("forgetting a set that was asked for with keys", () => {
  it("takes every replay of it along, and no other key's", async () => {
    const user = await bearerFor("forgetful-with-keys");
    const newKey = () => ({ ...user, "Idempotency-Key": crypto.randomUUID() });
    const [leadData, other] = [newLead(), newLead()];
    const [cold, refresh, kept] = [newKey(), { ...newKey(), "Cache-Control": "no-cache" }, newKey()];
    const first = await setOf(await generate({ leadData }, cold));
    await setOf(await generate({ leadData }, refresh));
    const { setId } = await setOf(await generate({ leadData: other }, kept));
    const path = `/api/admin/personas/${first.setId}`;
    expect((await call(path, { method: "DELETE", headers: ADMIN })).status).toBe(204);
    const left = await everything();
    expect(left).not.toContain(first.personas[0]?.id);
    expect(left).not.toContain(leadData.name);
    const again = await generate({ leadData }, cold);
    expect(again.headers.get("Idempotency-Replayed")).toBeNull();
    const made = await setOf(again);
    expect(made.fromCache).toBe(false);
    expect(made.personas[0]?.id).not.toBe(first.personas[0]?.id);
    expect((await generate({ leadData }, refresh)).headers.get("Idempotency-Replayed")).toBeNull();
    const replay = await generate({ leadData: other }, kept);
    expect(replay.headers.get("Idempotency-Replayed")).toBe("true");
    expect((await setOf(replay)).setId).toBe(setId);
  });
});

describe("erasing a person", () => {
  it("leaves nothing of them anywhere, and everything of another", async () => {
    const [ann, bob] = [await bearerFor("erase-ann"), await bearerFor("erase-bob")];
    const [hers, his, running] = [newLead(), newLead(), newLead()];
    const key = { "Idempotency-Key": crypto.randomUUID() };
    const set = await setOf(
      await generate({ leadData: hers, email: "ann@example.org", images: "wait" }, { ...ann, ...key }),
    );
    await setOf(
      await generate({ leadData: hers, email: "ann@example.org" }, { ...ann, "Cache-Control": "no-cache" }),
    );
    const chat = (name: string) => ({ messages: [{ role: "user", content: `Hello from ${name}` }] });
    const stream = await post("/api/chat/stream", chat(hers.name), ann);
    await eventsOf(stream);
    const other = await setOf(
      await generate({ leadData: his, email: "bob@example.org", images: "wait" }, bob),
    );
    await post("/api/chat", chat(his.name), bob);
    await script(running.name, [{ silentAfterChunks: 30 }]);
    const underWay = generate({ leadData: running, email: "ann@example.org" }, ann);
    await callsReach(running.name, 1);
    const logged = async () =>
      (
        await env.DB.prepare("SELECT COUNT(*) AS n FROM request_log WHERE status = 102").first<{
          n: number;
        }>()
      )?.n;
    await expect.poll(logged).toBeGreaterThan(0);

    const erase = (body: unknown) => post("/api/admin/erase", body, ADMIN);
    const byEmail = (await (await erase({ email: " ANN@example.org" })).json()) as {
      erased: Record<string, number>;
    };
    expect(byEmail.erased).toMatchObject({ sets: 1 });
    expect(byEmail.erased.images).toBeGreaterThanOrEqual(3);
    const byUser = (await (await erase({ userId: "erase-ann" })).json()) as {
      erased: Record<string, number>;
    };
    expect(byUser.erased.streams).toBeGreaterThanOrEqual(1);
    expect([502, 504]).toContain((await underWay).status);
    await callsReach(running.name, 1, "aborted");

    const left = await everything();
    for (const trace of [hers.name, running.name, set.setId, ...set.personas.map(({ id }) => id)]) {
      expect(left.includes(trace), trace).toBe(false);
    }
    for (const { imageUrl } of set.personas) expect(left).not.toContain(imageUrl.split("/").at(-1));
    expect(
      (await call(`/api/chat/streams/${stream.headers.get("X-Stream-Id")}`, { headers: ann })).status,
    ).toBe(404);
    expect((await setOf(await call(`/api/personas/${other.setId}`, { headers: bob }))).personas).toHaveLength(
      3,
    );
    expect(left).toContain(his.name);
    expect((await (await erase({ email: "ann@example.org" })).json()) as unknown).toMatchObject({
      erased: { sets: 0, logEntries: 0, streams: 0, images: 0 },
    });
  });

  it("wants one of the two, and nothing else", async () => {
    for (const body of [
      {},
      { email: "" },
      { userId: 1 },
      { email: "a@example.org", userId: "x" },
      { other: 1 },
    ]) {
      const response = await post("/api/admin/erase", body, ADMIN);
      expect([JSON.stringify(body), response.status]).toEqual([JSON.stringify(body), 400]);
      await response.body?.cancel();
    }
  });
});

describe("making sets beforehand", () => {
  it("finds the first visitor a hit with its portraits, and pays for nothing twice", async () => {
    const leads = Array.from({ length: 4 }, newLead);
    const inputs = leads.map((leadData) => ({
      leadData,
      config: { count: 2 },
      email: `${leadData.name}@example.org`,
    }));
    const first = await post("/api/admin/pregenerate", { inputs }, ADMIN);
    const taken = { jobId: expect.any(String), accepted: 4, alreadyCached: 0 };
    expect([first.status, await first.json()]).toEqual([202, taken]);
    const made = async () => (await stats()).pregenerate.done;
    await expect.poll(made, { timeout: 15_000 }).toBeGreaterThanOrEqual(4);
    const again = await post("/api/admin/pregenerate", { inputs }, ADMIN);
    expect(await again.json()).toMatchObject({ accepted: 0, alreadyCached: 4 });
    for (const { name } of leads) expect(await calls(name)).toHaveLength(1);
    const waiting = async () =>
      (
        await env.DB.prepare("SELECT COUNT(*) AS n FROM persona_images WHERE status = 'pending'").first<{
          n: number;
        }>()
      )?.n;
    await expect.poll(waiting, { timeout: 15_000 }).toBe(0);
  });

  it("refuses too many, too large ones and unknown members, each where it stands", async () => {
    const small = { leadData: {} };
    const cases: [unknown, string][] = [
      [{ inputs: [] }, "/inputs"],
      [{ inputs: Array(101).fill(small) }, "/inputs"],
      [{ inputs: [small, { ...small, images: "wait" }] }, "/inputs/1/images"],
      [{ inputs: [small, { leadData: { filler: "x".repeat(70_000) } }] }, "/inputs/1"],
      [{ inputs: [small], other: 1 }, "/other"],
    ];
    for (const [body, path] of cases) {
      const response = await post("/api/admin/pregenerate", body, ADMIN);
      expect([path, response.status]).toEqual([path, 400]);
      expect((await problemOf(response)).errors?.map((error) => error.path)).toContain(path);
    }
  });
});

describe("models that retire", () => {
  it("are looked up by the daily cron, and ready and stats say so", async () => {
    const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    await script("/models/gpt-6-luna", [
      { status: 200, body: { id: "gpt-6-luna", object: "model", shutdown_date: soon } },
    ]);
    // A server that does not call its JSON so is read all the same.
    await script("/models/gpt-image-2.6-flare", [
      { status: 200, headers: { "content-type": "text/plain" }, body: { shutdown_date: soon } },
    ]);
    const { DAILY_CRON } = await import("../../src/background.ts");
    await worker.scheduled(createScheduledController({ cron: DAILY_CRON }), env);
    const { models } = await stats();
    expect(models).toContainEqual({ name: "gpt-image-2.6-flare", shutdownDate: soon });
    expect(models).toContainEqual({ name: "gpt-6-luna", shutdownDate: soon });
    expect(models).toContainEqual({ name: "gpt-6.1-terra", shutdownDate: null });
    const { warnings } = (await (await call("/api/ready")).json()) as { warnings: string[] };
    expect(warnings.join()).toContain(`gpt-6-luna is shut down on ${soon}`);
  });
});
