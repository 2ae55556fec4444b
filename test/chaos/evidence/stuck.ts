import type { BindingFault } from "../server/faults.ts";
import type { Row, State } from "./state.ts";

/**
 * What has not come to its end, in words. `faults`: a row that could not be written cannot say that it has.
 * `lostJobs`: their messages were in the local queue when it was killed, which forgets what a real one delivers again.
 */
export function findStuck(
  state: State,
  faults: readonly BindingFault[],
  lostJobs: ReadonlySet<string>,
): string[] {
  const unwritten = new Set(faults.flatMap(({ ids }) => ids));
  const inWords = (what: string, rows: readonly Row[]) => rows.map(({ id }) => `${what} ${id}`);
  const begun = state.d1(`SELECT id FROM request_log WHERE status = 102 AND route <> '/api/chat'`);
  const jobs = state.d1(`SELECT DISTINCT job_id AS id FROM pregenerate_inputs JOIN pregenerate_jobs
    ON id = job_id WHERE state = 'pending' AND cancelled_at IS NULL`);
  return [
    ...inWords("portrait", state.d1("SELECT image_key AS id FROM persona_images WHERE status = 'pending'")),
    ...inWords(
      "lease of",
      state.d1("SELECT image_key AS id FROM persona_images WHERE lease_owner IS NOT NULL"),
    ),
    ...inWords(
      "job",
      jobs.filter(({ id }) => !lostJobs.has(String(id))),
    ),
    ...inWords(
      "run",
      begun.filter(({ id }) => !unwritten.has(String(id))),
    ),
    ...inWords("run", state.objects("PersonaGeneration", "SELECT id FROM runs WHERE state = 'running'")),
    ...inWords(
      "outbox",
      state.objects("PersonaGeneration", "SELECT key AS id FROM _cf_KV WHERE key LIKE 'unstored:%'"),
    ),
  ];
}
