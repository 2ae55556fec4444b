import { and, eq, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { pregenerateInputs as inputs, pregenerateJobs as jobs, personaCache } from "../../db/schema.ts";
import type { ProblemCode } from "../../http/errors.ts";
import type { PregenerateJob, PregenerateMode } from "../schema.ts";

/** The most failures that a job tells of. */
const MAX_FAILURES = 100;
// Bound by one request: a job has 100 sets at most.
const MAX_PURGED = 1_000;

export interface NewJob {
  readonly id: string;
  readonly mode: PregenerateMode;
  /** In the order of the request. `cached`: it is there already. */
  readonly inputs: readonly { key: string; emailHash: string | null; cached: boolean }[];
}

export type Outcome =
  | { readonly state: "done"; readonly costUsd: number; readonly made: boolean }
  | { readonly state: "failed"; readonly code: ProblemCode; readonly costUsd: number };

/** Jobs and what became of their sets, in D1. */
export interface JobStore {
  /** Asked again it changes nothing. */
  create(job: NewJob): Promise<void>;
  find(id: string): Promise<PregenerateJob | undefined>;
  /** False where there is no such job. One that has ended stays as it is. */
  cancel(id: string): Promise<boolean>;
  /** Whether a set is still to be made for this job; erased ones and those of a cancelled job are not. */
  isWanted(id: string, key: string): Promise<boolean>;
  /** A job that still waits for the set, if any. */
  wantedBy(key: string): Promise<string | undefined>;
  finish(id: string, key: string, outcome: Outcome): Promise<void>;
  /** Marks what visitors had made meanwhile, and jobs that have come to their end by now. */
  settle(id?: string): Promise<void>;
  /** Portraits of running jobs, by image key: those that are not ready yet. */
  pendingPortraits(limit: number): Promise<string[]>;
  /** Forgets jobs that ended before `time`. */
  purge(time: number): Promise<void>;
}

/** The portraits of a job's sets, each once. */
const selectPortraits = (job: SQL) => sql`
  SELECT DISTINCT image.image_key, image.status, image.cost_usd, image.ready_at, image.updated_at
  FROM pregenerate_inputs AS input
  JOIN persona_cache AS cached ON cached.input_hash = input.input_hash
  JOIN json_each(cached.personas_json) AS persona
  JOIN persona_images AS image ON image.image_key = persona.value ->> 'imageKey'
  WHERE input.job_id = ${job}`;

export function createJobStore(db: Database, now: () => number): JobStore {
  const isInput = (id: string, key: string) => and(eq(inputs.jobId, id), eq(inputs.inputHash, key));

  function settleStatements(id?: string) {
    const mine = id === undefined ? undefined : eq(inputs.jobId, id);
    const cached = db.select({ key: personaCache.inputHash }).from(personaCache);
    const pendingInput = sql`EXISTS (SELECT 1 FROM pregenerate_inputs AS input
      WHERE input.job_id = ${jobs.id} AND input.state = 'pending')`;
    const pendingPortrait = sql`EXISTS (SELECT 1 FROM (${selectPortraits(sql`${jobs.id}`)}) WHERE status = 'pending')`;
    const open = and(isNull(jobs.endedAt), id === undefined ? undefined : eq(jobs.id, id));
    return [
      db
        .update(inputs)
        .set({ state: "done" })
        .where(and(eq(inputs.state, "pending"), mine, inArray(inputs.inputHash, cached))),
      db
        .update(jobs)
        .set({ endedAt: now() })
        .where(and(open, sql`NOT ${pendingInput}`, sql`NOT ${pendingPortrait}`)),
    ] as const;
  }

  return {
    async create({ id, mode, inputs: asked }) {
      const rows = JSON.stringify(asked);
      await db.batch([
        db.insert(jobs).values({ id, mode, createdAt: now() }).onConflictDoNothing(),
        db
          .insert(inputs)
          .select(sql`
          SELECT ${id}, key, value ->> 'key', value ->> 'emailHash',
            CASE value ->> 'cached' WHEN 1 THEN 'done' ELSE 'pending' END, NULL, 0, 0, 0
          FROM json_each(${rows}) WHERE true`)
          .onConflictDoNothing(),
      ]);
    },
    async find(id) {
      const [, , [job], sets, [portraits], failures] = await db.batch([
        ...settleStatements(id),
        db.select().from(jobs).where(eq(jobs.id, id)),
        db
          .select({ state: inputs.state, count: sql<number>`COUNT(*)`, usd: sql<number>`SUM(cost_usd)` })
          .from(inputs)
          .where(eq(inputs.jobId, id))
          .groupBy(inputs.state),
        db
          .select({
            pending: sql<number>`COUNT(*) FILTER (WHERE status = 'pending')`,
            ready: sql<number>`COUNT(*) FILTER (WHERE status = 'ready')`,
            failed: sql<number>`COUNT(*) FILTER (WHERE status = 'failed')`,
            // What was ready before was not paid for this job, and the library is paid for nobody's.
            usd: sql<number>`COALESCE(SUM(cost_usd) FILTER (WHERE updated_at >= job_created_at
              AND image_key IN (SELECT image_key FROM set_images) AND (ready_at IS NULL OR ready_at >= job_created_at)), 0)`,
          })
          .from(
            sql`(${selectPortraits(sql`${id}`)}),
              (SELECT created_at AS job_created_at FROM pregenerate_jobs WHERE id = ${id})`,
          ),
        db
          .select({ index: inputs.position, code: sql<string>`COALESCE(${inputs.code}, 'internal')` })
          .from(inputs)
          .where(and(eq(inputs.jobId, id), eq(inputs.state, "failed")))
          .orderBy(inputs.position)
          .limit(MAX_FAILURES),
      ]);
      if (!job) return undefined;
      const of = (state: string) => sets.find((row) => row.state === state)?.count ?? 0;
      const { usd = 0, pending = 0, ready = 0, failed = 0 } = portraits ?? {};
      const ended = job.endedAt === null ? "running" : "done";
      return {
        jobId: job.id,
        mode: job.mode,
        state: job.cancelledAt === null ? ended : "cancelled",
        createdAt: new Date(job.createdAt).toISOString(),
        sets: {
          total: sets.reduce((sum, { count }) => sum + count, 0),
          pending: of("pending"),
          done: of("done"),
          failed: of("failed"),
        },
        portraits: { pending, ready, failed },
        spentUsd: sets.reduce((sum, row) => sum + row.usd, usd),
        failures,
      };
    },
    async cancel(id) {
      const at = now();
      const [, , , found] = await db.batch([
        ...settleStatements(id),
        db
          .update(jobs)
          .set({ cancelledAt: at, endedAt: at })
          .where(and(eq(jobs.id, id), isNull(jobs.endedAt))),
        db.select({ id: jobs.id }).from(jobs).where(eq(jobs.id, id)),
      ]);
      return found.length > 0;
    },
    async isWanted(id, key) {
      const row = await db
        .select({ id: jobs.id })
        .from(inputs)
        .innerJoin(jobs, eq(jobs.id, inputs.jobId))
        .where(and(isInput(id, key), eq(inputs.state, "pending"), isNull(jobs.cancelledAt)))
        .limit(1)
        .get();
      return row !== undefined;
    },
    async wantedBy(key) {
      const row = await db
        .select({ id: jobs.id })
        .from(inputs)
        .innerJoin(jobs, eq(jobs.id, inputs.jobId))
        .where(and(eq(inputs.inputHash, key), eq(inputs.state, "pending"), isNull(jobs.cancelledAt)))
        .limit(1)
        .get();
      return row?.id;
    },
    async finish(id, key, outcome) {
      const { state, costUsd } = outcome;
      const [code, made] = outcome.state === "failed" ? [outcome.code, false] : [null, outcome.made];
      const first = db.select({ at: sql`MIN(position)` }).from(inputs).where(isInput(id, key));
      await db.batch([
        db.update(inputs).set({ state, code }).where(isInput(id, key)),
        db
          .update(inputs) // one that stands twice in a job was paid for once
          .set({ costUsd: sql`cost_usd + ${costUsd}`, made })
          .where(and(eq(inputs.jobId, id), eq(inputs.position, first))),
      ]);
    },
    async settle(id) {
      await db.batch(settleStatements(id));
    },
    async pendingPortraits(limit) {
      const running = db.select({ id: jobs.id }).from(jobs).where(isNull(jobs.endedAt));
      const rows = await db
        .select({ key: sql<string>`DISTINCT image.image_key` })
        .from(inputs)
        .innerJoin(personaCache, eq(personaCache.inputHash, inputs.inputHash))
        .innerJoin(sql`json_each(${personaCache.personasJson}) AS persona`, sql`true`)
        .innerJoin(
          sql`persona_images AS image`,
          sql`image.image_key = persona.value ->> 'imageKey' AND image.status = 'pending' AND image.economy = 0`,
        )
        .where(inArray(inputs.jobId, running))
        .limit(limit);
      return rows.map(({ key }) => key);
    },
    async purge(time) {
      const old = db.select({ id: jobs.id }).from(jobs).where(lt(jobs.endedAt, time)).limit(MAX_PURGED);
      await db.batch([
        db.delete(inputs).where(inArray(inputs.jobId, old)),
        db.delete(jobs).where(inArray(jobs.id, old)),
      ]);
    },
  };
}
