import type { PortraitWork } from "../background.ts";
import { createBatchStore } from "../batch/store.ts";
import { type BudgetGuard, utcDay } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import type { Database } from "../db/client.ts";
import { createImageCalls } from "../openai/image-calls.ts";
import { openParameterMemory } from "../openai/parameters.ts";
import { costUsd } from "../openai/shapes/usage.ts";
import type { Upstream } from "../openai/upstream.ts";
import { imageWorstCaseUsd } from "../openai/worst-case.ts";
import { createCursor, createKeyRetention, createRetention } from "../operations/retention.ts";
import { createJobStore } from "../personas/pregenerate/job-store.ts";
import { createBatchPortraits } from "../portraits/generation/batch-answer.ts";
import { createGenerator } from "../portraits/generation/generator.ts";
import { createConsumer } from "../portraits/jobs/consumer.ts";
import { createPortraitJob } from "../portraits/jobs/job.ts";
import { createDailyCheck, createReconcile } from "../portraits/jobs/reconcile.ts";
import type { PortraitJob } from "../portraits/jobs/store.ts";
import { createHealth, createSizes, createSizeWork } from "../portraits/sizes/sizes.ts";
import { createTransform } from "../portraits/sizes/transform.ts";
import { now, type PortraitBindings } from "./env.ts";
import { isOfLibrary } from "./library.ts";
import { portraitParts } from "./portraits.ts";
import { traced, traceImages } from "./tracing.ts";

// Scope: the isolate, since each batch of the queue is composed anew.
const health = createHealth(now);

/** Portraits that the Batch API makes. */
export function composeBatchPortraits(env: PortraitBindings, { IMAGE_WIDTHS: widths }: Config) {
  const { db, bucket } = portraitParts(env);
  const makeSizes = createSizes({ bucket, transform: createTransform(env.TRANSFORM), widths, health });
  return createBatchPortraits(db, bucket, makeSizes, now);
}

/** Jobs and batches that are over. */
function forgetEconomy(db: Database): (time: number) => Promise<void> {
  return async (time) => {
    await createJobStore(db, now).purge(time);
    await createBatchStore(db, now, () => crypto.randomUUID(), utcDay).purge(time);
  };
}

export function composePortraitWork(
  env: PortraitBindings,
  config: Config,
  upstream: Upstream,
  spend: { readonly all: BudgetGuard; readonly library: BudgetGuard },
): PortraitWork {
  const { db, store, sizeJobs, bucket, notify } = portraitParts(env);
  const { MODEL_PRICES: prices, IMAGE_WIDTHS: widths } = config;
  const transform = createTransform(env.TRANSFORM);
  const makeSizes = traced("portraits.sizes", createSizes({ bucket, transform, widths, health }));
  const leaseMs = config.IMAGE_LEASE_SECONDS * 1000;
  const worstCase = (job: PortraitJob) => imageWorstCaseUsd(prices, job);
  const generate = traceImages(
    createGenerator({
      createImage: createImageCalls(upstream, openParameterMemory(config.OPENAI_BASE_URL)),
      worstCase,
      timeoutMs: config.IMAGE_TIMEOUT_MS,
      linkOrigins: config.IMAGE_URL_ORIGINS,
      now,
      cost: ({ model }, usage) => costUsd(prices, model, usage),
    }),
  );
  const rule = {
    maxAttempts: config.IMAGE_MAX_ATTEMPTS,
    dailyLimit: config.IMAGE_DAILY_LIMIT,
    baseMs: config.IMAGE_RETRY_BASE_SECONDS * 1000,
    leaseMs,
  };
  const isShared = isOfLibrary(config);
  const configured = config.OPENAI_API_KEY !== undefined;
  const job = createPortraitJob({
    store,
    bucket,
    makeSizes,
    generate,
    budgetOf: ({ key }) => (isShared(key) ? spend.library : spend.all),
    worstCase,
    rule,
    configured,
    now,
  });
  return {
    consume: createConsumer({
      store,
      job,
      makeMissingSizes: createSizeWork({ jobs: sizeJobs, makeSizes, bucket, leaseMs, now }),
      notify,
      concurrency: config.IMAGE_CONCURRENCY,
      leaseMs,
      now,
    }),
    backfill: createReconcile({ store, sizeJobs, notify, now }),
    verify: createDailyCheck({
      store,
      sizeJobs,
      widths,
      bucket,
      notify,
      position: createCursor(db, "verify_portraits"),
    }),
    purgeKeys: createKeyRetention(db, now),
    purge: createRetention(db, config.REQUEST_LOG_RETENTION_DAYS, forgetEconomy(db), now),
  };
}
