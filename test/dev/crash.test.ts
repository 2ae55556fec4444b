import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import type { PersonaSet } from "../../src/personas/schema.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.close());

const callCount = async (match: string) => (await service.calls(match)).length;

function ask(name: string, headers: Record<string, string> = {}): Promise<Response> {
  return service.worker.ask("/api/personas/generate", {
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
    await service.worker.kill();
    await service.worker.start();
    expect(await cached("before-the-crash")).toEqual({ ...first, fromCache: true });
    expect(await callCount("before-the-crash")).toBe(1);
  });

  it("answers a key again with its first body, though the set was made anew in between", async () => {
    const key = { "Idempotency-Key": "key-before-the-crash" };
    const first = (await (await ask("keyed-crash", key)).json()) as PersonaSet;
    await (await ask("keyed-crash", { "Cache-Control": "no-cache" })).text();
    await service.worker.kill();
    await service.worker.start();
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
    await service.script(name, [step]);
    const asked = ask(name).catch(() => undefined);
    await service.callsReach(name, 1);
    await service.worker.kill();
    await asked;
    await service.worker.start();
    await service.callsReach(name, 2);
    await expect.poll(() => cached(name), { timeout: 30_000 }).toMatchObject({ fromCache: true });
    expect(await callCount(name)).toBe(2);
  });

  it("goes on with a stream that a reader resumes: reset, then the whole set", async () => {
    await service.script("crash-resumed", [{ chunkChars: 60, silentAfterChunks: 40 }]);
    const response = await ask("crash-resumed", { Accept: "text/event-stream" });
    const reader = response.body?.getReader();
    await reader?.read();
    await service.worker.kill();
    await reader?.cancel().catch(() => {});
    await service.worker.start();
    const path = `/api/personas/generations/${response.headers.get("X-Stream-Id")}`;
    const resumed = await service.worker.ask(path, { headers: { "Last-Event-ID": "1" } });
    const frames = (await resumed.text()).split("\n\n").filter((frame) => frame.startsWith("id:"));
    const events = frames.map((frame) => JSON.parse(frame.split("\n")[1]?.slice("data: ".length) ?? ""));
    expect(events[0]).toMatchObject({ reset: true });
    expect(events.filter(({ persona }) => persona)).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({ done: true });
  });
});
