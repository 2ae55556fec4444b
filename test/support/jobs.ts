import { vi } from "vitest";
import type { Stats } from "../../src/operations/schema.ts";
import type { PregenerateJob } from "../../src/personas/schema.ts";
import { ADMIN } from "./admin.ts";
import { call, post } from "./api.ts";
import { cron, FIVE_MINUTES } from "./portraits.ts";

const PATH = "/api/admin/pregenerate";

export interface Taken {
  readonly jobId: string;
  readonly accepted: number;
  readonly alreadyCached: number;
}

export async function startJob(inputs: readonly object[], mode?: "now" | "economy"): Promise<Taken> {
  const response = await post(PATH, { inputs, ...(mode && { mode }) }, ADMIN);
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Taken;
}

export function askJob(jobId: string): Promise<Response> {
  return call(`${PATH}/${jobId}`, { headers: ADMIN });
}

export async function jobOf(jobId: string): Promise<PregenerateJob> {
  return (await (await askJob(jobId)).json()) as PregenerateJob;
}

export async function cancelJob(jobId: string): Promise<number> {
  return (await call(`${PATH}/${jobId}`, { method: "DELETE", headers: ADMIN })).status;
}

/** What the administration is told today. */
export async function statsOf(): Promise<Stats> {
  return (await (await call("/api/admin/stats?days=1", { headers: ADMIN })).json()) as Stats;
}

export async function jobEnds(jobId: string): Promise<PregenerateJob> {
  return await vi.waitFor(
    async () => {
      const job = await jobOf(jobId);
      if (job.state === "running") throw new Error(`waited in vain for ${JSON.stringify(job)}`);
      return job;
    },
    { timeout: 45_000 },
  );
}

/** As many ticks as a job may need: two batches for its texts, two for its portraits, and the ordinary way. */
export async function jobEndsByTicks(jobId: string): Promise<PregenerateJob> {
  for (let ticks = 0; ticks < 10; ticks += 1) {
    await cron(FIVE_MINUTES);
    const job = await jobOf(jobId);
    if (job.state !== "running") return job;
  }
  throw new Error(`it is still ${JSON.stringify(await jobOf(jobId))}`);
}
