import { afterAll, beforeAll, expect, it } from "vitest";
import { openInspector } from "../support/inspector.ts";
import { type Economy, startEconomy } from "./economy.ts";
import { freePort } from "./npm-start.ts";

/** How large the file of results is; the largest that a batch of ours can have is about 200. */
const RESULTS_MB = Number(process.env.BATCH_RESULTS_MB ?? 20);
/** Of a picture: a megabyte as base64. */
const PICTURE_BYTES = 750_000;
const PER_SET = 10;
/** What of a file may be held at a time. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;

let economy: Economy;
let inspectorPort: number;

beforeAll(async () => {
  inspectorPort = await freePort();
  economy = await startEconomy({
    variables: { PREGENERATE_DAILY_LIMIT_USD: "50" },
    entry: "src/worker.ts",
    inspectorPort,
  });
});
afterAll(() => economy?.close());

it(`takes a file of ${RESULTS_MB} MB in without ever holding more of it than a few pictures`, {
  timeout: 300_000,
}, async () => {
  await economy.script("Professional portrait", [{ imageBytes: PICTURE_BYTES }], true);
  const sets = Math.ceil(RESULTS_MB / PER_SET);
  const jobId = await economy.startJob(sets, PER_SET);
  for (let ticks = 0; ticks < 3; ticks += 1) await economy.tick(); // the texts, then the pictures' batch is created
  expect(await economy.jobOf(jobId)).toMatchObject({ sets: { done: sets }, portraits: { ready: 0 } });

  const inspector = await openInspector(inspectorPort, async () => {
    await (await economy.worker.ask("/api/health")).text();
  });
  const before = await inspector.heldBytes();
  let most = before;
  let samples = 0;
  let over = false;
  const taken = economy.tick().finally(() => {
    over = true;
  });
  for (; !over; samples += 1) most = Math.max(most, await inspector.heldBytes());
  await taken;
  inspector.close();

  const { portraits } = await economy.jobOf(jobId);
  expect(portraits).toMatchObject({ pending: 0, failed: 0 });
  expect(portraits.ready).toBeGreaterThan((sets * PER_SET) / 2); // some portraits of a set may be one
  expect(samples).toBeGreaterThan(1);
  if (process.env.BATCH_RESULTS_MB !== undefined)
    process.stdout.write(`held ${Math.round((most - before) / 1024)} KiB at most, in ${samples} looks\n`);
  expect(most - before).toBeLessThan(MAX_HELD_BYTES);
});
