import { describe, expect, it } from "vitest";
import { followPortraits, type PersonaSet } from "../../client/src/index.ts";
import { hostileService } from "./support/read.ts";

const setOf = (...states: string[]) =>
  ({
    setId: "set-1",
    personas: states.map((imageStatus, i) => ({ id: `p${i}`, imageStatus })),
  }) as PersonaSet;

const statesOf = ({ personas }: PersonaSet) => personas.map(({ imageStatus }) => imageStatus);

async function followed(set: PersonaSet, sets: PersonaSet[]) {
  const service = await hostileService();
  service.sets = sets;
  const seen: string[][] = [];
  for await (const update of followPortraits(set, { baseUrl: service.origin, intervalMs: 1 }))
    seen.push(statesOf(update));
  return { seen, service };
}

describe("followPortraits", () => {
  it("gives the set at each change, until no portrait is pending", async () => {
    const sets = [
      setOf("pending", "pending"),
      setOf("ready", "pending"),
      setOf("ready", "pending"),
      setOf("ready", "failed"),
    ];
    const { seen, service } = await followed(setOf("pending", "pending"), sets);
    expect(seen).toEqual([
      ["ready", "pending"],
      ["ready", "failed"],
    ]);
    expect(service.requests).toHaveLength(4);
  });

  it("sends nothing where none is pending", async () => {
    const { seen, service } = await followed(setOf("ready", "failed"), []);
    expect([seen, service.requests]).toEqual([[], []]);
  });

  it("ends where the set is gone", async () => {
    const { seen, service } = await followed(setOf("pending"), []);
    expect(seen).toEqual([]);
    expect(service.requests).toHaveLength(1);
  });

  it("keeps the personas that were replaced elsewhere", async () => {
    const service = await hostileService();
    const other = {
      setId: "set-1",
      personas: [
        { id: "new", imageStatus: "ready" },
        { id: "p1", imageStatus: "ready" },
      ],
    };
    service.sets = [other];
    const updates = followPortraits(setOf("pending", "pending"), { baseUrl: service.origin, intervalMs: 1 });
    const { value } = await updates.next();
    expect(value?.personas).toMatchObject([
      { id: "p0", imageStatus: "pending" },
      { id: "p1", imageStatus: "ready" },
    ]);
  });

  it("goes on where a poll fails, and ends with the signal's reason", async () => {
    const service = await hostileService();
    service.sets = [setOf("pending")];
    let failures = 0;
    const flaky: typeof fetch = async (url, init) => {
      failures += 1;
      if (failures < 4) throw new TypeError("Failed to fetch");
      return await fetch(url, init);
    };
    const controller = new AbortController();
    const options = { baseUrl: service.origin, intervalMs: 1, fetch: flaky, signal: controller.signal };
    const next = followPortraits(setOf("pending"), options).next();
    await expect.poll(() => service.requests.length).toBeGreaterThan(1);
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });
});
