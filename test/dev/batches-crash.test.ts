import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Economy, startEconomy } from "./economy.ts";

const BOUND = { timeout: 60_000, interval: 50 };
const LATE = [{ headersAfterMs: 60_000 }];

let economy: Economy;

beforeAll(async () => {
  economy = await startEconomy();
  await economy.script("Professional portrait", [{ imageBytes: 2_000 }], true); // quicker than it is painted
});
afterAll(() => economy?.close());

/** The batches that the upstream has. */
async function created(): Promise<number> {
  const headers = { authorization: "Bearer test-key" };
  const response = await fetch(`${economy.baseUrl}/batches`, { headers });
  return ((await response.json()) as { data: unknown[] }).data.length;
}

/** `kill -9`, then the time at which the dead tick's lease has run out. `more`: changes of the database. */
async function dieAndRestart(more = ""): Promise<void> {
  const { worker } = economy;
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
  for (let ticks = 0; ticks < 8 && (await economy.jobOf(jobId)).state === "running"; ticks += 1)
    await economy.tick();
  const job = await economy.jobOf(jobId);
  expect(job).toMatchObject({ state: "done", sets: { done: sets, failed: 0 }, portraits: { failed: 0 } });
  expect((await economy.billedLines()).length - before.billed).toBe(sets + job.portraits.ready);
  expect((await created()) - before.created).toBe(batches);
}

async function counts() {
  return { billed: (await economy.billedLines()).length, created: await created() };
}

describe("kill -9 under a tick that moves an economy job", () => {
  for (const [step, match] of [
    ["that has claimed a batch and uploads its file", "/v1/files"],
    ["that has uploaded the file and creates the batch", "completion_window"],
  ] as const) {
    it(`is made good by the next ones: ${step}`, { timeout: 120_000 }, async () => {
      const before = await counts();
      const jobId = await economy.startJob(2, 1);
      await economy.script(match, LATE);
      void economy.tick();
      await economy.callsReach(match, 1, "open");
      await dieAndRestart();
      await finishes(jobId, 2, before);
    });
  }

  it("is made good where the batch was created and its id is lost", { timeout: 120_000 }, async () => {
    const before = await counts();
    const jobId = await economy.startJob(2, 1);
    await economy.tick();
    await dieAndRestart(", state = 'creating', upstream_id = NULL");
    await finishes(jobId, 2, before);
  });

  it("is made good by the next ones: that asks how the batch is", { timeout: 120_000 }, async () => {
    const before = await counts();
    const jobId = await economy.startJob(2, 1);
    await economy.tick();
    await economy.script("/v1/batches/batch_", LATE);
    void economy.tick();
    await economy.callsReach("/v1/batches/batch_", 1, "open");
    await dieAndRestart();
    await finishes(jobId, 2, before);
  });

  it("is made good by the next ones: that has taken half of the results in", {
    timeout: 180_000,
  }, async () => {
    const before = await counts();
    const sets = 60;
    const jobId = await economy.startJob(sets, 1);
    await economy.tick();
    void economy.tick();
    await expect.poll(async () => (await economy.jobOf(jobId)).sets.done, BOUND).toBeGreaterThan(0);
    await dieAndRestart();
    expect((await economy.jobOf(jobId)).sets.done).toBeLessThan(sets);
    await finishes(jobId, sets, before, 3); // the portraits of either half
  });
});
