import { createBatchStore } from "../batch/store.ts";
import { type BudgetGuard, utcDay } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { sha256 } from "../hash.ts";
import { maxImageTokens } from "../openai/image-tokens.ts";
import { costUsd, worstCaseUsd } from "../openai/shapes/usage.ts";
import { maxTokens } from "../openai/token-bound.ts";
import type { Upstream } from "../openai/upstream.ts";
import { createCursor, createKeyRetention, createRetention } from "../operations/retention.ts";
import { portraitPrompt, toInitials } from "../personas/portrait.ts";
import { createJobStore } from "../personas/pregenerate/job-store.ts";
import type { Traits } from "../personas/schema.ts";
import { insertSetImages, type SetOwner } from "../personas/set-row.ts";
import { createPortraitBucket } from "../portraits/bucket.ts";
import { createBatchPictures } from "../portraits/generation/batch-answer.ts";
import { createGenerator } from "../portraits/generation/generator.ts";
import { createConsumer } from "../portraits/jobs/consumer.ts";
import { createPortraitJob } from "../portraits/jobs/job.ts";
import {
  createCoalescedNotifier,
  createNotifier,
  createThrottledNotifier,
} from "../portraits/jobs/notifier.ts";
import { createDailyCheck, createReconcile } from "../portraits/jobs/reconcile.ts";
import {
  createPortraitJobs,
  insertPortraits,
  type Portrait,
  type PortraitJob,
} from "../portraits/jobs/store.ts";
import { createTakeUp } from "../portraits/jobs/take-up.ts";
import { imageKey, OBJECT_PREFIX } from "../portraits/key.ts";
import { createPictureCache } from "../portraits/serving/colo-cache.ts";
import type { PortraitRoutesDeps } from "../portraits/serving/routes.ts";
import { createSizeJobs } from "../portraits/sizes/jobs.ts";
import { createHealth, createSizes } from "../portraits/sizes/sizes.ts";
import { createTransform } from "../portraits/sizes/transform.ts";
import { createWantSizes } from "../portraits/sizes/wanted.ts";
import { createSizeWork } from "../portraits/sizes/work.ts";
import { traced, traceImages } from "./tracing.ts";

/** What the portraits need of wrangler.toml. */
export interface PortraitBindings {
  readonly DB: D1Database;
  readonly IMAGES: R2Bucket;
  readonly TRANSFORM: ImagesBinding;
  readonly IMAGE_JOBS: Queue;
}

/** Somebody looks at a page of pending portraits every second or so; the consumer needs one message. */
const LOOKED_AT_THROTTLE_MS = 5_000;

const now = () => Date.now();

// Scope: the isolate, since each batch of the queue is composed anew.
const health = createHealth(now);

function parts({ DB, IMAGES, IMAGE_JOBS }: PortraitBindings) {
  const db = openDatabase(DB);
  const store = createPortraitJobs(db, now, () => crypto.randomUUID());
  return {
    db,
    store,
    sizeJobs: createSizeJobs(db, now),
    bucket: createPortraitBucket(IMAGES, OBJECT_PREFIX),
    notify: createNotifier(IMAGE_JOBS),
  };
}

/** What the persona room needs of the portraits. */
export function composePortraits(env: PortraitBindings, config: Config) {
  const { db, store, notify } = parts(env);
  const style = { model: config.IMAGE_MODEL, size: config.IMAGE_SIZE, quality: config.IMAGE_QUALITY };
  return {
    notify: () => notify(),
    takeUp: createTakeUp(store, notify, config.IMAGE_DAILY_LIMIT),
    portraitOf(traits: Traits): Portrait {
      const prompt = portraitPrompt(traits);
      return { prompt, key: imageKey(prompt, style, sha256), initials: toInitials(traits.name) };
    },
    /** `later` takes the message, which nobody waits for. */
    enqueue(later: (promise: Promise<unknown>) => void) {
      const notifyCoalesced = createCoalescedNotifier(notify);
      return async (portrait: Portrait, owner: SetOwner) => {
        const whose = insertSetImages(db, owner, [portrait.key]);
        const state = await store.enqueue(portrait, style, [whose]);
        if (state === "pending") later(notifyCoalesced());
        return state;
      };
    },
    insert: (portraits: readonly Portrait[]) => insertPortraits(db, portraits, style, now()),
    /** For the Batch API. */
    insertEconomy: (portraits: readonly Portrait[]) => insertPortraits(db, portraits, style, now(), true),
  };
}

export function composePortraitRoutes(env: PortraitBindings, config: Config): PortraitRoutesDeps {
  const { store, sizeJobs, notify } = parts(env);
  return {
    store,
    pictures: composePictures(env),
    widths: config.IMAGE_WIDTHS,
    publicBaseUrl: config.PUBLIC_BASE_URL,
    notify: () => notify(),
    notifyThrottled: createThrottledNotifier(notify, LOOKED_AT_THROTTLE_MS, now),
    takeUp: createTakeUp(store, notify, config.IMAGE_DAILY_LIMIT),
    wantSizes: createWantSizes(sizeJobs, notify, now),
    now,
  };
}

function composePictures(env: PortraitBindings) {
  const { store, bucket } = parts(env);
  return createPictureCache({ bucket, open: () => caches.default, find: store.find, now });
}

/** Erases pictures with their sizes, in R2 and in this colo's cache. */
export function composeForgetPictures(env: PortraitBindings, config: Config) {
  const { bucket } = parts(env);
  const pictures = composePictures(env);
  return async (keys: readonly string[], baseUrl: string): Promise<void> => {
    await bucket.remove(keys);
    await pictures.forget(baseUrl, keys, config.IMAGE_WIDTHS);
  };
}

export interface PortraitWork {
  /** A message of the queue: works through all that is due. */
  consume(): Promise<void>;
  /** The five-minute cron. */
  backfill(): Promise<void>;
  purgeKeys(): Promise<void>;
  /** The daily one's part in portraits and retention. */
  verify(): Promise<void>;
  purge(): Promise<void>;
}

/** Portraits that the Batch API makes. */
export function composeBatchPictures(env: PortraitBindings, { IMAGE_WIDTHS: widths }: Config) {
  const { db, bucket } = parts(env);
  const makeSizes = createSizes({ bucket, transform: createTransform(env.TRANSFORM), widths, health });
  return createBatchPictures(db, bucket, makeSizes, now);
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
  spend: BudgetGuard,
): PortraitWork {
  const { db, store, sizeJobs, bucket, notify } = parts(env);
  const { MODEL_PRICES: prices, IMAGE_WIDTHS: widths } = config;
  const transform = createTransform(env.TRANSFORM);
  const makeSizes = traced("portraits.sizes", createSizes({ bucket, transform, widths, health }));
  const leaseMs = config.IMAGE_LEASE_SECONDS * 1000;
  const worstCase = ({ model, prompt, size, quality }: PortraitJob) =>
    worstCaseUsd(prices, model, maxTokens(prompt), maxImageTokens(size, quality));
  const generate = traceImages(
    createGenerator({
      upstream,
      worstCase,
      timeoutMs: config.IMAGE_TIMEOUT_MS,
      cost: ({ model }, usage) => costUsd(prices, model, usage),
    }),
  );
  const rule = {
    maxAttempts: config.IMAGE_MAX_ATTEMPTS,
    dailyLimit: config.IMAGE_DAILY_LIMIT,
    baseMs: config.IMAGE_RETRY_BASE_SECONDS * 1000,
    leaseMs,
  };
  const configured = config.OPENAI_API_KEY !== undefined;
  const job = createPortraitJob({
    store,
    bucket,
    makeSizes,
    generate,
    spend,
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
