import { describe, expect, it } from "vitest";
import { call, eventsOf, generate, newLead, problemOf, setOf, until, whenReady } from "../support/api.ts";
import { listenToLog } from "../support/discretion.ts";

const OURS = "X-Request-Id";

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const length = String(new TextEncoder().encode(body).byteLength); // as every client that has the whole body sends
  const sent = { "Content-Type": "application/json", "Content-Length": length, ...headers };
  return call("/api/personas/generate", { method: "POST", headers: sent, body });
}

async function hotLead(): Promise<string> {
  const body = JSON.stringify({ leadData: { ...newLead(), motto: "così è" } });
  const { setId } = await setOf(await post(body));
  await whenReady(setId);
  expect((await post(body).then(read)).headers["cache-status"]).toBe("asknewton-d1; hit");
  return body;
}

async function read(response: Response) {
  const { [OURS.toLowerCase()]: id, ...headers } = Object.fromEntries(response.headers);
  return { id, headers, body: await response.text() };
}

describe("a hit from memory", () => {
  it("is the same answer, with the same headers, whatever way it is found", async () => {
    const body = await hotLead();
    const direct = await read(await post(body));
    const routed = await read(await post(body, { "Cache-Control": "max-age=0" }));
    const respelled = await read(await post(`${body} `));
    expect(direct.headers["cache-status"]).toBe("asknewton-memory; hit");
    expect(direct.headers["strict-transport-security"]).toBeDefined();
    for (const other of [routed, respelled]) {
      expect([other.headers, other.body]).toEqual([direct.headers, direct.body]);
    }
    expect(new Set([direct.id, routed.id, respelled.id]).size).toBe(3);
  });

  it("keeps the caller's request id", async () => {
    const body = await hotLead();
    expect((await read(await post(body, { [OURS]: "mine-1" }))).id).toBe("mine-1");
    expect((await read(await post(body, { [OURS]: "no good" }))).id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is a stream where one is asked for", async () => {
    const body = await hotLead();
    const events = await eventsOf(await post(body, { Accept: "text/event-stream" }));
    expect(events.at(-1)).toMatchObject({ id: 4, done: true, fromCache: true });
  });

  it("is no hit on another path, for another method or with a wish to make it anew", async () => {
    const body = await hotLead();
    const elsewhere = await call("/api/personas/generate/", { method: "POST", body });
    expect([elsewhere.status, (await problemOf(elsewhere)).code]).toEqual([404, "not_found"]);
    const put = await call("/api/personas/generate", { method: "PUT", body });
    expect(put.status).toBe(405);
    await put.body?.cancel();
    const anew = await post(body, { "Cache-Control": "no-cache" });
    expect(anew.headers.get("Cache-Status")).toBe("asknewton; fwd=request");
    expect((await setOf(anew)).fromCache).toBe(false);
  });

  it("is made anew once the set was", async () => {
    const leadData = newLead();
    const body = JSON.stringify({ leadData });
    const first = await setOf(await post(body));
    await whenReady(first.setId);
    await setOf(await post(body));
    const second = await setOf(await generate({ leadData }, { "Cache-Control": "no-cache" }));
    expect((await setOf(await post(body))).personas).toEqual(
      (await setOf(await call(`/api/personas/${first.setId}`))).personas,
    );
    expect(second.personas[0]?.id).not.toBe(first.personas[0]?.id);
  });

  it("is logged with the others, by their count, whatever way they are found", async () => {
    const body = await hotLead();
    await read(await post(body));
    const log = listenToLog();
    const records = () =>
      log
        .lines()
        .split("\n")
        .flatMap((line) => (line.includes('"tier":"memory"') ? [JSON.parse(line)] : []));
    for (const wish of [{}, {}, { "Cache-Control": "max-age=0" }]) {
      await read(await post(body, { ...wish, [OURS]: "not-in-the-log" }));
    }
    const counted = () => records().reduce((sum, { count }) => sum + count, 0);
    await until("the hits are in the log", async () => counted() >= 3); // those of the tests before may be among them
    expect(records()[0]).toMatchObject({
      level: "info",
      event: "request",
      method: "POST",
      route: "/api/personas/generate",
      status: 200,
      durationMs: expect.any(Number),
    });
    expect(log.lines()).not.toContain("not-in-the-log");
  });

  it("does not hide what is wrong with a request", async () => {
    const long = await post(`{"leadData":{"text":"${"x".repeat(70_000)}"}}`);
    expect([long.status, (await problemOf(long)).code]).toEqual([413, "payload_too_large"]);
    const lying = await post(`{"leadData":{"text":"${"x".repeat(70_000)}"}}`, { "Content-Length": "20" });
    expect([lying.status, (await problemOf(lying)).code]).toEqual([413, "payload_too_large"]);
    const text = await post("{}", { "Content-Type": "text/plain" });
    expect([text.status, (await problemOf(text)).code]).toEqual([415, "unsupported_media_type"]);
    const broken = await post("{");
    expect([broken.status, (await problemOf(broken)).code]).toEqual([400, "invalid_json"]);
  });
});
