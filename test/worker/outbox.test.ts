import { listDurableObjectIds, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { call, eventsOf, generate, generateStream, newLead, setOf } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";
import { listenToLog } from "../support/discretion.ts";
import { script } from "../support/upstream.ts";

const DAY_MS = 86_400_000;
const REFRESH = { "Cache-Control": "no-cache" };

/** D1 that is full: what is there can be read and counted, and no set comes in. */
let unwrap = () => {};
function fillDatabase(): void {
  unwrap = wrapDatabase(async (sql, send) => {
    if (/insert into \W+(persona_cache|request_log)/.test(sql)) throw new Error("Exceeded maximum DB size");
    return await send();
  });
}
afterEach(() => {
  unwrap();
  vi.restoreAllMocks();
});

interface Waiting {
  readonly dueAt: number;
  readonly since: number;
}

/** A set was made while D1 was full. */
async function keptSet() {
  fillDatabase();
  const leadData = newLead();
  const stream = await generateStream({ leadData });
  const [key = ""] = (stream.headers.get("X-Stream-Id") ?? "").split(".");
  const { setId = "" } = (await eventsOf(stream)).at(-1) as { setId?: string };
  return { leadData, setId, object: env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key)) };
}

type Kept = Awaited<ReturnType<typeof keptSet>>;

async function waitingIn({ object }: Kept, change: Partial<Waiting> = {}): Promise<Waiting[]> {
  return await runInDurableObject(object, (_, { storage }) =>
    [...storage.kv.list<Waiting>({ prefix: "unstored:" })].map(([name, entry]) => {
      const changed = { ...entry, ...change };
      storage.kv.put(name, changed);
      return changed;
    }),
  );
}

/** The alarm, with whatever waits due by then. */
async function alarm(kept: Kept, change: Partial<Waiting> = {}): Promise<void> {
  await waitingIn(kept, { dueAt: 0, ...change });
  await runDurableObjectAlarm(kept.object);
}

async function counted(name: string): Promise<number> {
  const query = env.DB.prepare("SELECT SUM(value) AS value FROM daily_totals WHERE name = ?").bind(name);
  return (await query.first<{ value: number | null }>())?.value ?? 0;
}

describe("a set that D1 will not take", () => {
  it("is tried again later each time, an hour at most, and its alarm with it", async () => {
    const kept = await keptSet();
    const delays: number[] = [];
    for (let time = 0; time < 9; time += 1) {
      const before = Date.now();
      await alarm(kept);
      const [entry] = await waitingIn(kept);
      delays.push(Math.round(((entry?.dueAt ?? 0) - before) / 20_000) * 20);
      const next = await runInDurableObject(kept.object, (_, { storage }) => storage.getAlarm());
      expect(next).toBeLessThanOrEqual(entry?.dueAt ?? 0);
      expect(next).toBeGreaterThan(before + 20_000);
    }
    expect(delays).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  it("is stored once D1 takes it, and counted", async () => {
    const kept = await keptSet();
    const before = await counted("outbox.recovered");
    unwrap();
    await alarm(kept);
    expect(await waitingIn(kept)).toEqual([]);
    expect((await setOf(await call(`/api/personas/${kept.setId}`))).personas).toHaveLength(3);
    await expect.poll(() => counted("outbox.recovered")).toBe(before + 1);
  });

  it("is given up after a week: the operator's log says so, and it is counted", async () => {
    const kept = await keptSet();
    const before = await counted("outbox.givenUp");
    const log = listenToLog();
    await alarm(kept, { since: Date.now() - 8 * DAY_MS });
    expect(await waitingIn(kept)).toEqual([]);
    expect(log.lines()).toMatch(/"level":"error","event":"store\.given_up","run":"[0-9a-f]{32}"/);
    await expect.poll(() => counted("outbox.givenUp")).toBe(before + 1);
  });

  it("is one of eight at most: where more come, the oldest is given up", async () => {
    const kept = await keptSet();
    const [first] = await waitingIn(kept, { since: 1 });
    const log = listenToLog();
    for (let refresh = 0; refresh < 8; refresh += 1)
      await setOf(
        await generate(
          { leadData: kept.leadData, config: {} },
          { ...REFRESH, "CF-Connecting-IP": `10.0.0.${refresh}` },
        ),
      );
    const left = await waitingIn(kept);
    expect(first?.since).toBe(1);
    expect(left).toHaveLength(8);
    expect(left.every(({ since }) => since > 1)).toBe(true);
    expect(log.lines().match(/store\.given_up/g)).toHaveLength(1);
  });
});

it("tries the row of a run that failed again as soon as that of one that did not", async () => {
  const before = new Set((await listDurableObjectIds(env.PERSONA_GENERATIONS)).map(String));
  const leadData = newLead();
  await script(leadData.name, [{ refusal: "I cannot help with that." }]);
  unwrap = wrapDatabase(async (sql, send) => {
    const answer = await send();
    if (/insert into \W+request_log/.test(sql)) throw new Error("Network connection lost");
    return answer;
  });
  expect((await generate({ leadData })).status).toBe(422);
  const ids = await listDurableObjectIds(env.PERSONA_GENERATIONS);
  const [id] = ids.filter((one) => !before.has(String(one)));
  if (!id) throw new Error("no object was made");
  const object = env.PERSONA_GENERATIONS.get(id);
  const waiting = () => waitingIn({ leadData, setId: "", object });
  await expect.poll(async () => (await waiting()).length).toBe(1);
  const [{ dueAt } = { dueAt: 0 }] = await waiting();
  const nextAlarm = () => runInDurableObject(object, (_, { storage }) => storage.getAlarm());
  await expect.poll(nextAlarm).toBeLessThanOrEqual(dueAt);
});
