import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { utcDay } from "../../src/budget/guard.ts";
import { BUILT_IN_PRICES } from "../../src/config/prices.ts";
import { costUsd, parseImageUsage } from "../../src/openai/shapes/usage.ts";
import { LIBRARY } from "../../src/portraits/library/list.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, setOf } from "../support/api.ts";
import { statsOf } from "../support/jobs.ts";
import { cron, DAILY, FIVE_MINUTES } from "../support/portraits.ts";
import { billedLines, calls, script } from "../support/upstream.ts";

const LIMIT_USD = 1.5; // as in vitest.config.ts
const DAY_MS = 86_400_000;
const MODEL = "gpt-image-2.6-flare";

const one = async <T>(sql: string, ...values: unknown[]) =>
  (await env.DB.prepare(sql)
    .bind(...values)
    .first<T>()) as T;

/** What the upstream would ask for so far. US dollars. */
async function billUsd(): Promise<number> {
  const lines = await billedLines();
  const costs = lines.map(({ model, usage }) => {
    expect(model).toBe(MODEL);
    const used = parseImageUsage(usage);
    return used ? costUsd(BUILT_IN_PRICES, MODEL, used) / 2 : Number.NaN;
  });
  return costs.reduce((sum, cost) => sum + cost, 0);
}

const ordinary = async () => (await calls("")).filter(({ path }) => path.endsWith("/images/generations"));

const ready = async () =>
  (await one<{ n: number }>("SELECT COUNT(*) AS n FROM persona_images WHERE status = 'ready'")).n;

/** What a day has spent and set aside. US dollars. */
const committed = async (day: string) =>
  (
    await one<{ usd: number }>(
      `SELECT COALESCE(SUM(CASE state WHEN 'settled' THEN cost_usd ELSE reserved_usd END), 0) AS usd
       FROM batches WHERE day = ?`,
      day,
    )
  ).usd;

/** The crons of one day, until they have nothing to do but wait for the next. */
async function liveThrough(day: string): Promise<void> {
  await cron(DAILY);
  for (let idle = 0, before = await ready(); idle < 2; ) {
    await cron(FIVE_MINUTES);
    expect(await committed(day)).toBeLessThanOrEqual(LIMIT_USD + 1e-9);
    const after = await ready();
    idle = after === before ? idle + 1 : 0;
    before = after;
  }
}

beforeAll(async () => {
  await script("heritage", [{ imageBytes: 2_000 }], true); // quicker than it is painted
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2027-03-01T00:10:00Z") });
});
afterAll(() => {
  vi.useRealTimers();
});

it("goes from nothing to whole over several days, and never passes the day's limit by a cent", async () => {
  const billedBefore = await billUsd();
  const perDay: { made: number; usd: number }[] = [];
  while ((await ready()) < LIBRARY.length && perDay.length < 10) {
    const [madeBefore, billBefore] = [await ready(), await billUsd()];
    await liveThrough(utcDay(Date.now()));
    const usd = (await billUsd()) - billBefore;
    expect(usd).toBeLessThanOrEqual(LIMIT_USD);
    perDay.push({ made: (await ready()) - madeBefore, usd });
    vi.setSystemTime(Date.now() + DAY_MS);
  }
  expect(perDay.length).toBeGreaterThan(1);
  expect(perDay.reduce((sum, { made }) => sum + made, 0)).toBe(LIBRARY.length);
  const books = await one<{ usd: number; started: number }>(
    "SELECT SUM(cost_usd) AS usd, SUM(started) AS started FROM image_days",
  );
  expect(books.usd).toBeCloseTo((await billUsd()) - billedBefore, 9);
  expect(books.started).toBe(LIBRARY.length);
  const { library } = await statsOf();
  const whole = { total: LIBRARY.length, ready: LIBRARY.length, pending: 0, failed: 0 };
  expect(library).toMatchObject({ ...whole, spentUsd: { usual: 0 } });
  expect(library.spentUsd.batch).toBeCloseTo(books.usd, 9);
  const metrics = await (await call("/api/admin/metrics", { headers: ADMIN })).text();
  expect(metrics).toContain(`asknewton_library_portraits{state="ready"} ${LIBRARY.length}`);
});

it("then gives a hundred new leads portraits that are ready with the text, without one image call", async () => {
  const [billed, before] = [(await billedLines()).length, (await ordinary()).length];
  const ask = async () => {
    const set = await setOf(await generate({ leadData: newLead(), config: { count: 3 } }));
    const urls = new Set(set.personas.map(({ imageUrl }) => imageUrl));
    return { states: set.personas.map(({ imageStatus }) => imageStatus), different: urls.size };
  };
  const whole = { states: ["ready", "ready", "ready"], different: 3 };
  for (let leads = 0; leads < 100; leads += 10) {
    const asked = await Promise.all(Array.from({ length: 10 }, ask));
    expect(asked).toEqual(asked.map(() => whole));
  }
  await cron(FIVE_MINUTES);
  expect(await ordinary()).toHaveLength(before);
  expect((await billedLines()).length).toBe(billed);
});
