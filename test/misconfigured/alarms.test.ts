import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createRunStore } from "../../src/runs/run-store.ts";

const DAY_MS = 86_400_000;
const OVER = { state: "done", endedAt: 1, expiresAt: 2, result: null } as const;

function newRun(id: string) {
  return { id, startedAt: Date.now(), metadata: {}, input: "{}", checkpoint: null };
}

type Storage = DurableObjectStorage;

const OBJECTS = [
  ["a persona key's", () => env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.newUniqueId())],
  ["a chat's", () => env.CHAT_STREAMS.get(env.CHAT_STREAMS.newUniqueId())],
] as const;

/** As a server with a valid configuration left it. */
async function prepare(object: DurableObjectStub, work: (storage: Storage) => void): Promise<void> {
  await runInDurableObject(object, async (_, { storage }) => {
    work(storage);
    await storage.setAlarm(Date.now() + DAY_MS);
  });
}

describe.each(OBJECTS)("the alarm of %s object under an invalid configuration", (_, open) => {
  it("forgets what is over, and leaves nothing where that was all", async () => {
    const object = open();
    await prepare(object, (storage) => {
      const store = createRunStore(storage);
      store.insert(newRun("one"));
      store.append("one", [{ id: 1, payload: { content: "words" } }]);
      store.finish("one", OVER);
    });
    await runDurableObjectAlarm(object);
    const left = await runInDurableObject(object, async (_, { storage }) => [
      ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'runs'").toArray(),
      ...storage.kv.list(),
      await storage.getAlarm(),
    ]);
    expect(left).toEqual([null]);
  });

  it("comes again, later each time, while something is left to do", async () => {
    const object = open();
    await prepare(object, (storage) => {
      const store = createRunStore(storage);
      store.insert(newRun("over"));
      store.finish("over", OVER);
      store.insert(newRun("died"));
    });
    const delays: number[] = [];
    for (let time = 0; time < 10; time += 1) {
      const before = Date.now();
      await runDurableObjectAlarm(object);
      const next = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
      delays.push(Math.round(((next ?? 0) - before) / 10_000) * 10);
    }
    expect(delays).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    const ids = await runInDurableObject(object, (_, { storage }) =>
      storage.sql.exec<{ id: string }>("SELECT id FROM runs").toArray(),
    );
    expect(ids).toEqual([{ id: "died" }]);
  });

  it("gives the object up after a week: nothing is kept for ever", async () => {
    const object = open();
    await prepare(object, (storage) => {
      createRunStore(storage).insert(newRun("died"));
      storage.kv.put("alarm-failures", { count: 170, since: Date.now() - 8 * DAY_MS });
    });
    await runDurableObjectAlarm(object);
    const left = await runInDurableObject(object, async (_, { storage }) => [
      ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'runs'").toArray(),
      await storage.getAlarm(),
    ]);
    expect(left).toEqual([null]);
  });
});
