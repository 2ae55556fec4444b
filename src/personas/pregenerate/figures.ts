import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { addSpent, NO_SPENDING, type SpentUsd, sumSpent } from "../../budget/spent.ts";
import type { Database } from "../../db/client.ts";
import {
  pregenerateInputs as inputs,
  pregenerateJobs as jobs,
  personaCache,
  personaImages,
  setImages,
} from "../../db/schema.ts";

/** What all jobs that are not forgotten have come to. */
export interface JobFigures {
  /** Sets, by what became of them. What a cancelled job left is not pending. */
  readonly pregenerate: { readonly pending: number; readonly done: number; readonly failed: number };
  readonly pregenerated: {
    /** Sets that jobs made: neither there before nor asked for meanwhile. */
    readonly made: number;
    /** Those of them that are there still: shown to somebody since, or to nobody yet. */
    readonly used: number;
    readonly unused: number;
    /** For sets, also those that failed, and for the portraits of those that were made. */
    readonly spentUsd: SpentUsd;
    /** What batches cost less than the usual price. */
    readonly savedUsd: number;
  };
}

export function createJobFigures(db: Database): () => Promise<JobFigures> {
  const cancelled = db.select({ id: jobs.id }).from(jobs).where(isNotNull(jobs.cancelledAt));
  const left = and(eq(inputs.state, "pending"), inArray(inputs.jobId, cancelled));
  const made = db.select({ key: inputs.inputHash }).from(inputs).where(eq(inputs.made, true));
  const portraits = db
    .select({ key: setImages.imageKey })
    .from(setImages)
    .where(inArray(setImages.inputHash, made));
  const set = sql`COUNT(DISTINCT ${inputs.inputHash})`;

  return async function jobFigures() {
    const [states, [texts = NO_SPENDING], [sets], [images = NO_SPENDING]] = await db.batch([
      db
        .select({ state: inputs.state, count: sql<number>`COUNT(*)` })
        .from(inputs)
        .where(sql`NOT (${left})`)
        .groupBy(inputs.state),
      db.select(sumSpent(inputs)).from(inputs),
      db
        .select({
          made: sql<number>`${set}`,
          used: sql<number>`${set} FILTER (WHERE ${isNotNull(personaCache.lastShownOn)})`,
          there: sql<number>`${set} FILTER (WHERE ${isNotNull(personaCache.setId)})`,
        })
        .from(inputs)
        .leftJoin(personaCache, eq(personaCache.inputHash, inputs.inputHash))
        .where(eq(inputs.made, true)),
      db
        .select(sumSpent(personaImages))
        .from(personaImages)
        .where(inArray(personaImages.imageKey, portraits)),
    ]);
    const of = (state: string) => states.find((row) => row.state === state)?.count ?? 0;
    const { made: count = 0, used = 0, there = 0 } = sets ?? {};
    const spentUsd = addSpent(texts, images);
    return {
      pregenerate: { pending: of("pending"), done: of("done"), failed: of("failed") },
      pregenerated: {
        made: count,
        used,
        unused: there - used,
        spentUsd,
        savedUsd: spentUsd.batch, // half the price: as much again
      },
    };
  };
}
