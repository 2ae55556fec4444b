import type { StormServer } from "../server/server.ts";
import type { Row, State } from "./state.ts";

/** A run is announced in D1 just before it is written down in its object; a busy machine takes seconds to it. Milliseconds. */
const WRITTEN_WITHIN_MS = 6_000;
/** What is due so soon may be begun before the clock has leapt. Milliseconds. */
const SOON_MS = 2_000;

const inWords = (what: string, rows: readonly Row[]) => rows.map(({ id }) => `${what} ${id}`);

/** Whether a portrait is being made, or about to be: a leap of the clock would end its lease. `now`: by that clock. */
export function isAtWork(state: State, now: number): boolean {
  const isDue = `lease_owner IS NOT NULL OR due_at <= ${now + SOON_MS}`;
  return state.d1(`SELECT 1 FROM persona_images WHERE status = 'pending' AND (${isDue})`).length > 0;
}

/** Jobs that wait for a set. Their messages are lost where a kill came: the local queue forgets what a real one keeps. */
function stuckJobs(state: State, { kills, aheadMs }: StormServer): Row[] {
  const jobs = state.d1(`SELECT DISTINCT job_id AS id, created_at AS at FROM pregenerate_inputs
    JOIN pregenerate_jobs ON id = job_id WHERE state = 'pending' AND cancelled_at IS NULL`);
  return jobs.filter(({ at }) => !kills.some((kill) => kill.to > Number(at) - aheadMs));
}

/** Runs that are announced and have no end. One that a kill came upon before its object knew of it has none. */
function stuckRuns(state: State, { kills, aheadMs }: StormServer): Row[] {
  const known = new Set(state.objects("PersonaGeneration", "SELECT id FROM runs").map(({ id }) => id));
  const begun = state.d1(`SELECT id, created_at AS at FROM request_log
    WHERE status = 102 AND route <> '/api/chat'`);
  return begun.filter(({ id, at }) => {
    const startedAt = Number(at) - aheadMs;
    const cutOff = kills.some(({ from, to }) => startedAt < to && from < startedAt + WRITTEN_WITHIN_MS);
    return known.has(id ?? "") || !cutOff;
  });
}

/** What has not come to its end, in words. */
export function findStuck(state: State, server: StormServer): string[] {
  return [
    ...inWords("portrait", state.d1("SELECT image_key AS id FROM persona_images WHERE status = 'pending'")),
    ...inWords(
      "lease of",
      state.d1("SELECT image_key AS id FROM persona_images WHERE lease_owner IS NOT NULL"),
    ),
    ...inWords(
      "size of",
      state.d1("SELECT image_key AS id FROM persona_images WHERE sizes_due_at IS NOT NULL"),
    ),
    ...inWords("job", stuckJobs(state, server)),
    ...inWords("announced run", stuckRuns(state, server)),
    ...inWords("run", state.objects("PersonaGeneration", "SELECT id FROM runs WHERE state = 'running'")),
    ...inWords(
      "outbox",
      state.objects("PersonaGeneration", "SELECT key AS id FROM _cf_KV WHERE key LIKE 'unstored:%'"),
    ),
  ];
}
