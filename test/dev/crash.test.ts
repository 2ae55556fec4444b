import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StandIn, startStandIn } from "../../dev/stand-in/index.ts";
import type { Step } from "../../dev/stand-in/script.ts";
import type { PersonaSet } from "../../src/personas/schema.ts";
import { type BareWorker, createBareWorker } from "../support/bare-worker.ts";

let standIn: StandIn;
let worker: BareWorker;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  worker = await createBareWorker({ OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: "test-key" });
  await worker.start();
});
afterAll(async () => {
  await worker?.dispose();
  await standIn?.close();
});

const control = (path: string, init?: RequestInit) => fetch(`${standIn.origin}/__stand-in${path}`, init);

async function script(match: string, steps: Step[]): Promise<void> {
  await control("/script", { method: "POST", body: JSON.stringify({ match, steps }) });
}

async function callsReach(match: string, count: number): Promise<void> {
  const response = await control(`/calls/wait?match=${match}&count=${count}&timeoutMs=30000`);
  expect(response.status, `${count} upstream calls for ${match}`).toBe(200);
}

async function callCount(match: string): Promise<number> {
  return ((await (await control(`/calls?match=${match}`)).json()) as { calls: unknown[] }).calls.length;
}

function ask(name: string, headers: Record<string, string> = {}): Promise<Response> {
  return worker.ask("/api/personas/generate", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ leadData: { name } }),
  });
}

async function cached(name: string): Promise<PersonaSet | undefined> {
  const response = await ask(name, { "Cache-Control": "only-if-cached" });
  const set = (await response.json()) as PersonaSet;
  return response.status === 200 ? set : undefined;
}

describe("a server whose process group is killed with -9", () => {
  it("serves what was cached after it is started again", async () => {
    const first = (await (await ask("before-the-crash")).json()) as PersonaSet;
    await worker.kill();
    await worker.start();
    expect(await cached("before-the-crash")).toEqual({ ...first, fromCache: true });
    expect(await callCount("before-the-crash")).toBe(1);
  });

  it("answers a key again with its first body, though the set was made anew in between", async () => {
    const key = { "Idempotency-Key": "key-before-the-crash" };
    const first = (await (await ask("keyed-crash", key)).json()) as PersonaSet;
    await (await ask("keyed-crash", { "Cache-Control": "no-cache" })).text();
    await worker.kill();
    await worker.start();
    const again = await ask("keyed-crash", key);
    expect(again.headers.get("Cache-Status")).toBe("asknewton-log; hit");
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    const replayed = (await again.json()) as PersonaSet;
    expect(replayed).toMatchObject({ fromCache: false, fromIdempotentCache: true });
    expect(replayed.personas.map(({ id }) => id)).toEqual(first.personas.map(({ id }) => id));
    expect(await callCount("keyed-crash")).toBe(2);
  });

  it.each<{ moment: string; name: string; step: Step }>([
    { moment: "before the model's first word", name: "crash-waiting", step: { headersAfterMs: 60_000 } },
    { moment: "between two personas", name: "crash-writing", step: { silentAfterChunks: 500 } },
  ])("makes what was in flight again without anyone asking, killed $moment", async ({ name, step }) => {
    await script(name, [step]);
    const asked = ask(name).catch(() => undefined);
    await callsReach(name, 1);
    await worker.kill();
    await asked;
    await worker.start();
    await callsReach(name, 2);
    await expect.poll(() => cached(name), { timeout: 30_000 }).toMatchObject({ fromCache: true });
    expect(await callCount(name)).toBe(2);
  });

  it("goes on with a stream that a reader resumes: reset, then the whole set", async () => {
    await script("crash-resumed", [{ chunkChars: 60, silentAfterChunks: 40 }]);
    const response = await ask("crash-resumed", { Accept: "text/event-stream" });
    const reader = response.body?.getReader();
    await reader?.read();
    await worker.kill();
    await reader?.cancel().catch(() => {});
    await worker.start();
    const path = `/api/personas/generations/${response.headers.get("X-Stream-Id")}`;
    const resumed = await worker.ask(path, { headers: { "Last-Event-ID": "1" } });
    const frames = (await resumed.text()).split("\n\n").filter((frame) => frame.startsWith("id:"));
    const events = frames.map((frame) => JSON.parse(frame.split("\n")[1]?.slice("data: ".length) ?? ""));
    expect(events[0]).toMatchObject({ reset: true });
    expect(events.filter(({ persona }) => persona)).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ done: true });
  });
});
