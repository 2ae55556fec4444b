import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { utcDay } from "../../src/budget/guard.ts";
import { openDatabase } from "../../src/db/client.ts";
import { createSetRetention } from "../../src/personas/retention.ts";
import { createPortraitBucket } from "../../src/portraits/bucket.ts";
import { OBJECT_PREFIX } from "../../src/portraits/key.ts";
import { call, generate, newLead, setOf, until, whenReady } from "../support/api.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;
/** `RETENTION_SETS=1000000 npx vitest run --project administered test/administered/retention.test.ts` for a million. */
const { RETENTION_SETS } = env as unknown as { RETENTION_SETS: string };
const bucket = createPortraitBucket(env.IMAGES, OBJECT_PREFIX);

function purgeAfter(days: number): Promise<void> {
  const now = () => Date.now() + days * DAY_MS;
  const purge = createSetRetention({
    db: openDatabase(env.DB),
    forgetPortraits: bucket.remove,
    days: DAYS,
    now,
  });
  return purge();
}

async function count(table: string): Promise<number> {
  return (await env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>())?.n ?? 0;
}

/** Sets of which every so-many-eth has a portrait of its own, and one portrait that all of them share. */
async function insertSets(sets: number, shownOn: string, every = 1): Promise<void> {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${sets})`;
  const name = (prefix: string) => `'${shownOn}-${prefix}-' || i`;
  const image = (key: string, from: string) =>
    `INSERT INTO persona_images (image_key, prompt, model, size, quality, initials, status, due_at, created_at, updated_at)
     ${numbers} SELECT ${key}, '', '', '', '', '', 'ready', 0, 0, 0 FROM ${from}`;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO persona_cache (input_hash, set_id, personas_json, model, created_at, cost_usd, tokens, last_shown_on)
       ${numbers} SELECT ${name("key")}, ${name("set")}, '[]', 'm', 0, 0, 0, '${shownOn}' FROM n`,
    ),
    env.DB.prepare(image(name("own"), `n WHERE i % ${every} = 0`)),
    env.DB.prepare(`${image("'shared'", "n LIMIT 1")} ON CONFLICT DO NOTHING`),
    env.DB.prepare(
      `INSERT INTO set_images (image_key, input_hash) ${numbers}
       SELECT ${name("own")}, ${name("key")} FROM n WHERE i % ${every} = 0
       UNION ALL SELECT 'shared', ${name("key")} FROM n`,
    ),
  ]);
}

describe("sets that nobody is shown", () => {
  it("are known by the day on which they were last shown, which is written once a day", async () => {
    const leadData = newLead();
    const { setId } = await setOf(await generate({ leadData }));
    await whenReady(setId);
    const setDay = (day: string | null) =>
      env.DB.prepare("UPDATE persona_cache SET last_shown_on = ? WHERE set_id = ?").bind(day, setId).run();
    const isToday = async () => {
      const query = env.DB.prepare("SELECT last_shown_on AS day FROM persona_cache WHERE set_id = ?");
      return (await query.bind(setId).first<{ day: string }>())?.day === utcDay(Date.now());
    };
    expect(await isToday()).toBe(true);
    for (const day of ["2026-01-01", null]) {
      await setDay(day);
      await setOf(await call(`/api/personas/${setId}`));
      await until("it is noted", isToday);
    }
    await setDay("2026-01-01");
    expect((await generate({ leadData })).headers.get("Cache-Status")).toBe("asknewton-d1; hit");
    await until("it is noted", isToday);
    await setDay("2026-01-01");
    expect((await generate({ leadData })).headers.get("Cache-Status")).toBe("asknewton-memory; hit");
    expect(await isToday()).toBe(false); // a hit from memory writes nothing
    await purgeAfter(0);
    expect((await call(`/api/personas/${setId}`)).status).toBe(404);
  });

  it("go in bounded steps with the portraits that no other set has, and those that are shown stay", async () => {
    const [old, young] = [utcDay(Date.now() - 31 * DAY_MS), utcDay(Date.now() - DAY_MS)];
    await insertSets(3_200, old);
    await insertSets(50, young);
    for (const key of [`${old}-own-1`, `${young}-own-1`, "shared"])
      await env.IMAGES.put(`${OBJECT_PREFIX}${key}`, "portrait");
    await purgeAfter(0);
    expect([await count("persona_cache"), await count("persona_images")]).toEqual([250, 251]);
    await purgeAfter(0);
    expect([await count("persona_cache"), await count("persona_images")]).toEqual([50, 51]);
    expect(await count("set_images")).toBe(100);
    const left = (await env.IMAGES.list()).objects.map(({ key }) => key);
    expect(left).toEqual([`${OBJECT_PREFIX}${young}-own-1`, `${OBJECT_PREFIX}shared`]);
    await purgeAfter(40);
    expect([await count("persona_cache"), await count("persona_images"), await count("set_images")]).toEqual([
      0, 0, 0,
    ]);
    expect((await env.IMAGES.list()).objects).toEqual([]);
  });

  it("go as fast as they age, day after day, in ticks that are bounded", { timeout: 280_000 }, async ({
    annotate,
  }) => {
    const [days, every, most] = [10, 100, 5_000];
    const aDay = Number(RETENTION_SETS) / days;
    const today = Date.now();
    for (let day = 0; day < days; day += 1) await insertSets(aDay, utcDay(today + day * DAY_MS), every);
    const begun = performance.now();
    let [ticks, slowest] = [0, 0];
    for (let day = 0; day < days; day += 1) {
      const left = (days - day - 1) * aDay;
      for (let before = left + aDay; before > left; ticks += 1) {
        const at = performance.now();
        await purgeAfter(day + DAYS + 1);
        slowest = Math.max(slowest, performance.now() - at);
        const after = await count("persona_cache");
        expect(before - after).toBeLessThanOrEqual(most);
        before = after;
      }
      expect([await count("persona_cache"), await count("persona_images")]).toEqual([
        left,
        left === 0 ? 0 : left / every + 1,
      ]);
    }
    expect(ticks).toBeLessThanOrEqual(days * Math.ceil(aDay / most));
    expect(await count("set_images")).toBe(0);
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    await annotate(
      `${RETENTION_SETS} sets: ${ticks} ticks, ${seconds} s, the slowest ${slowest.toFixed(0)} ms`,
    );
  });
});
