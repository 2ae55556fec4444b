import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BilledLine } from "../../dev/stand-in/batch/bill.ts";
import { type StandIn, startStandIn } from "../../dev/stand-in/index.ts";
import type { Step } from "../../dev/stand-in/script.ts";
import type { PregenerateJob } from "../../src/personas/schema.ts";
import { type BareWorker, createBareWorker } from "../support/bare-worker.ts";

const ADMIN_TOKEN = "the-administrators-own-token";
const BOUND = { timeout: 60_000, interval: 50 };
const LATE = [{ headersAfterMs: 60_000 }];

let standIn: StandIn;
let worker: BareWorker;
let leads = 0;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  worker = await createBareWorker({
    OPENAI_BASE_URL: standIn.baseUrl,
    OPENAI_API_KEY: "test-key",
    IMAGE_WIDTHS: "",
    ADMIN_TOKEN,
  });
  await worker.start();
  await script("Professional portrait", [{ imageBytes: 2_000 }], true); // quicker than it is painted
});
afterAll(async () => {
  await worker?.dispose();
  await standIn?.close();
});

const control = (path: string, init?: RequestInit) => fetch(`${standIn.origin}/__stand-in${path}`, init);

async function script(match: string, steps: Step[], repeat = false): Promise<void> {
  await control("/script", { method: "POST", body: JSON.stringify({ match, steps, repeat }) });
}

async function billed(): Promise<number> {
  return ((await (await control("/bill")).json()) as { lines: BilledLine[] }).lines.length;
}

/** The batches that the upstream has. */
async function created(): Promise<number> {
  const headers = { authorization: "Bearer test-key" };
  const response = await fetch(`${standIn.baseUrl}/batches`, { headers });
  return ((await response.json()) as { data: unknown[] }).data.length;
}

/** Waits until the upstream holds such a call open. */
async function isOpen(match: string): Promise<void> {
  const response = await control(`/calls/wait?match=${encodeURIComponent(match)}&count=1&outcome=open`);
  expect(response.status).toBe(200);
}

const authorized = { authorization: `Bearer ${ADMIN_TOKEN}` };

async function startJob(count: number): Promise<string> {
  leads += 1;
  const inputs = Array.from({ length: count }, (_, index) => {
    return { leadData: { name: `Lead ${leads} ${index}` }, config: { count: 1 } };
  });
  const response = await worker.ask("/api/admin/pregenerate", {
    method: "POST",
    headers: { ...authorized, "content-type": "application/json" },
    body: JSON.stringify({ mode: "economy", inputs }),
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { jobId: string }).jobId;
}

async function jobOf(jobId: string): Promise<PregenerateJob> {
  const response = await worker.ask(`/api/admin/pregenerate/${jobId}`, { headers: authorized });
  return (await response.json()) as PregenerateJob;
}

/** Resolves when the tick is over, or has died. */
async function tick(): Promise<void> {
  const url = `${worker.origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("*/5 * * * *")}`;
  await fetch(url).then(
    (response) => response.text(),
    () => "",
  );
}

/** `kill -9`, then the time at which the dead tick's lease has run out. `more`: changes of the database. */
async function dieAndRestart(more = ""): Promise<void> {
  await worker.kill();
  worker.sql(`UPDATE batches SET due_at = 0 ${more} WHERE state <> 'settled'`);
  await worker.start();
}

/** The next ticks finish the job; nothing was paid twice, and no batch was created twice. */
async function finishes(
  jobId: string,
  sets: number,
  before: { billed: number; created: number },
  batches = 2,
) {
  for (let ticks = 0; ticks < 8 && (await jobOf(jobId)).state === "running"; ticks += 1) await tick();
  const job = await jobOf(jobId);
  expect(job).toMatchObject({ state: "done", sets: { done: sets, failed: 0 }, portraits: { failed: 0 } });
  expect((await billed()) - before.billed).toBe(sets + job.portraits.ready);
  expect((await created()) - before.created).toBe(batches);
}

const counts = async () => ({ billed: await billed(), created: await created() });

describe("kill -9 under a tick that moves an economy job", () => {
  for (const [step, match] of [
    ["that has claimed a batch and uploads its file", "/v1/files"],
    ["that has uploaded the file and creates the batch", "completion_window"],
  ] as const) {
    it(`is made good by the next ones: ${step}`, { timeout: 120_000 }, async () => {
      const before = await counts();
      const jobId = await startJob(2);
      await script(match, LATE);
      void tick();
      await isOpen(match);
      await dieAndRestart();
      await finishes(jobId, 2, before);
    });
  }

  it("is made good where the batch was created and its id is lost", { timeout: 120_000 }, async () => {
    const before = await counts();
    const jobId = await startJob(2);
    await tick();
    await dieAndRestart(", state = 'creating', upstream_id = NULL");
    await finishes(jobId, 2, before);
  });

  it("is made good by the next ones: that asks how the batch is", { timeout: 120_000 }, async () => {
    const before = await counts();
    const jobId = await startJob(2);
    await tick();
    await script("/v1/batches/batch_", LATE);
    void tick();
    await isOpen("/v1/batches/batch_");
    await dieAndRestart();
    await finishes(jobId, 2, before);
  });

  it("is made good by the next ones: that has taken half of the results in", {
    timeout: 180_000,
  }, async () => {
    const before = await counts();
    const sets = 60;
    const jobId = await startJob(sets);
    await tick();
    void tick();
    await expect.poll(async () => (await jobOf(jobId)).sets.done, BOUND).toBeGreaterThan(0);
    await dieAndRestart();
    expect((await jobOf(jobId)).sets.done).toBeLessThan(sets);
    await finishes(jobId, sets, before, 3); // the portraits of either half
  });
});
