import type { PregenerateJob } from "../../src/personas/schema.ts";
import { ADMIN } from "./admin.ts";
import { call, post, until } from "./api.ts";

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

export async function jobEnds(jobId: string): Promise<PregenerateJob> {
  await until("the job is done", async () => (await jobOf(jobId)).state === "done");
  return await jobOf(jobId);
}
