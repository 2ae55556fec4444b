import { expect } from "vitest";
import type { PregenerateJob } from "../../src/personas/schema.ts";
import { type Service, type ServiceOptions, startService } from "../support/service.ts";

const ADMIN_TOKEN = "the-administrators-own-token";
const HEADERS = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
const PATH = "/api/admin/pregenerate";

/** A service, and its economy jobs as an administrator has them. */
export interface Economy extends Service {
  /** A job of so many sets, of leads that no other job has; gives its id. */
  startJob(sets: number, perSet: number): Promise<string>;
  jobOf(jobId: string): Promise<PregenerateJob>;
  /** The cron that goes on with them: resolves when it is over, or has died. */
  tick(): Promise<void>;
}

export async function startEconomy(options: ServiceOptions = {}): Promise<Economy> {
  const variables = { IMAGE_WIDTHS: "", ADMIN_TOKEN, ...options.variables };
  const service = await startService({ ...options, variables });
  const { ask, origin } = service.worker;
  let jobs = 0;
  return {
    ...service,
    async startJob(sets, perSet) {
      jobs += 1;
      const inputs = Array.from({ length: sets }, (_, index) => {
        return { leadData: { name: `Lead ${jobs} ${index}` }, config: { count: perSet } };
      });
      const body = JSON.stringify({ mode: "economy", inputs });
      const response = await ask(PATH, { method: "POST", headers: HEADERS, body });
      expect(response.status).toBe(202);
      return ((await response.json()) as { jobId: string }).jobId;
    },
    async jobOf(jobId) {
      return (await (await ask(`${PATH}/${jobId}`, { headers: HEADERS })).json()) as PregenerateJob;
    },
    async tick() {
      const url = `${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("*/5 * * * *")}`;
      await fetch(url).then(
        (response) => response.text(),
        () => "",
      );
    },
  };
}
