import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { BUILT_IN_PRICES } from "../../src/config/prices.ts";
import { costUsd, parseImageUsage, parseUsage } from "../../src/openai/shapes/usage.ts";
import { generate, newLead, until } from "../support/api.ts";
import { jobOf, startJob, statsOf } from "../support/jobs.ts";
import { cron, FIVE_MINUTES, keyOf } from "../support/portraits.ts";
import { billedLines, calls } from "../support/upstream.ts";

const LEADS = 50;
const WIDTHS = [128, 256, 512];

/** What the upstream asks for the lines since then: half the usual price. US dollars. */
async function billUsd(from: number): Promise<number> {
  const lines = (await billedLines()).slice(from);
  return lines.reduce((sum, { endpoint, model, usage }) => {
    const used = endpoint.endsWith("/generations") ? parseImageUsage(usage) : parseUsage(usage);
    return sum + (used ? costUsd(BUILT_IN_PRICES, String(model), used) / 2 : Number.NaN);
  }, 0);
}

it("makes 50 cold leads into 50 sets with all portraits and sizes, by half the price of the upstream's own bill", async () => {
  const [billBefore, callsBefore] = [(await billedLines()).length, (await calls("")).length];
  const inputs = Array.from({ length: LEADS }, () => ({ leadData: newLead(), config: { count: 1 } }));
  const { jobId } = await startJob(inputs, "economy");
  for (let ticks = 0; ticks < 6 && (await jobOf(jobId)).state === "running"; ticks += 1)
    await cron(FIVE_MINUTES);
  const job = await jobOf(jobId);
  expect(job).toMatchObject({
    state: "done",
    sets: { total: LEADS, done: LEADS, failed: 0 },
    portraits: { pending: 0, failed: 0 },
  });
  const paid = await billUsd(billBefore);
  expect(job.spentUsd).toBeCloseTo(paid, 9);
  const { totals, pregenerated } = await statsOf();
  expect(totals.spentUsd).toBeCloseTo(paid, 9);
  expect(pregenerated).toMatchObject({ made: LEADS, used: 0, unused: LEADS, spentUsd: { usual: 0 } });
  expect(pregenerated.spentUsd.batch).toBeCloseTo(paid, 9);
  expect(pregenerated.savedUsd).toBe(pregenerated.spentUsd.batch); // the other half
  const callsOfBatches = (await calls("")).length;
  expect((await calls("")).slice(callsBefore).filter(({ path }) => !/\/(files|batches)/.test(path))).toEqual(
    [],
  );
  const keys = new Set<string>();
  for (const asked of inputs) {
    const response = await generate(asked);
    expect(response.headers.get("Cache-Status")).toMatch(/^asknewton-(d1|edge|memory); hit/);
    const { personas } = await response.json<{ personas: { imageUrl: string; imageStatus: string }[] }>();
    expect(personas.map(({ imageStatus }) => imageStatus)).toEqual(["ready"]);
    const key = keyOf(personas[0]?.imageUrl);
    keys.add(key);
    for (const width of WIDTHS) expect(await env.IMAGES.head(`portraits/${key}/${width}`)).not.toBeNull();
  }
  expect(keys.size).toBe(job.portraits.ready);
  expect((await calls("")).length).toBe(callsOfBatches); // nothing more was asked of the upstream
  await until("all of them are known as used", async () => (await statsOf()).pregenerated.used === LEADS);
  expect((await statsOf()).pregenerated).toMatchObject({ made: LEADS, unused: 0 });
});
