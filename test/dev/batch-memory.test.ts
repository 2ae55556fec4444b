import { afterAll, beforeAll, expect, it } from "vitest";
import { type StandIn, startStandIn } from "../../dev/stand-in/index.ts";
import type { PregenerateJob } from "../../src/personas/schema.ts";
import { type BareWorker, createBareWorker } from "../support/bare-worker.ts";
import { openInspector } from "../support/inspector.ts";
import { freePort } from "./npm-start.ts";

/** How large the file of results is; the largest that a batch of ours can have is about 200. */
const RESULTS_MB = Number(process.env.BATCH_RESULTS_MB ?? 20);
/** Of a picture: a megabyte as base64. */
const PICTURE_BYTES = 750_000;
const PER_SET = 10;
/** What of a file may be held at a time. */
const MAX_HELD_BYTES = 16 * 1024 * 1024;
const ADMIN_TOKEN = "the-administrators-own-token";

let standIn: StandIn;
let worker: BareWorker;
let inspectorPort: number;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  inspectorPort = await freePort();
  worker = await createBareWorker(
    {
      OPENAI_BASE_URL: standIn.baseUrl,
      OPENAI_API_KEY: "test-key",
      IMAGE_WIDTHS: "",
      PREGENERATE_DAILY_LIMIT_USD: "50",
      ADMIN_TOKEN,
    },
    ["--inspector-port", String(inspectorPort)],
  );
  await worker.start();
});
afterAll(async () => {
  await worker?.dispose();
  await standIn?.close();
});

const authorized = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };

async function startJob(sets: number): Promise<string> {
  const inputs = Array.from({ length: sets }, (_, index) => {
    return { leadData: { name: `Lead ${index}` }, config: { count: PER_SET } };
  });
  const body = JSON.stringify({ mode: "economy", inputs });
  const response = await worker.ask("/api/admin/pregenerate", { method: "POST", headers: authorized, body });
  return ((await response.json()) as { jobId: string }).jobId;
}

async function jobOf(jobId: string): Promise<PregenerateJob> {
  const response = await worker.ask(`/api/admin/pregenerate/${jobId}`, { headers: authorized });
  return (await response.json()) as PregenerateJob;
}

async function tick(): Promise<void> {
  const url = `${worker.origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("*/5 * * * *")}`;
  await (await fetch(url)).text();
}

it(`takes a file of ${RESULTS_MB} MB in without ever holding more of it than a few pictures`, {
  timeout: 300_000,
}, async () => {
  const steps = [{ imageBytes: PICTURE_BYTES }];
  const script = { match: "Professional portrait", steps, repeat: true };
  await fetch(`${standIn.origin}/__stand-in/script`, { method: "POST", body: JSON.stringify(script) });
  const sets = Math.ceil(RESULTS_MB / PER_SET);
  const jobId = await startJob(sets);
  for (let ticks = 0; ticks < 3; ticks += 1) await tick(); // the texts, then the pictures' batch is created
  expect(await jobOf(jobId)).toMatchObject({ sets: { done: sets }, portraits: { ready: 0 } });

  const inspector = await openInspector(inspectorPort, async () => {
    await (await worker.ask("/api/health")).text();
  });
  const before = await inspector.heldBytes();
  let most = before;
  let samples = 0;
  let over = false;
  const taken = tick().finally(() => {
    over = true;
  });
  for (; !over; samples += 1) most = Math.max(most, await inspector.heldBytes());
  await taken;
  inspector.close();

  const { portraits } = await jobOf(jobId);
  expect(portraits).toMatchObject({ pending: 0, failed: 0 });
  expect(portraits.ready).toBeGreaterThan((sets * PER_SET) / 2); // some portraits of a set may be one
  expect(samples).toBeGreaterThan(1);
  if (process.env.BATCH_RESULTS_MB !== undefined)
    process.stdout.write(`held ${Math.round((most - before) / 1024)} KiB at most, in ${samples} looks\n`);
  expect(most - before).toBeLessThan(MAX_HELD_BYTES);
});
