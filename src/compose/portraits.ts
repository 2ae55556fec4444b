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
import { fromLibrary, isOfLibrary, portraitStyle } from "./library.ts";

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
  const style = portraitStyle(config);
  const ofLibrary = config.PORTRAITS === "library";
  const own = (traits: Traits): Portrait => {
    const prompt = portraitPrompt(traits);
    return { prompt, key: imageKey(prompt, style, sha256), initials: toInitials(traits.name) };
  };
  /** The library's belong to nobody, and only a batch makes them: sooner where somebody waits. */
  const insert = (economy: boolean) => (portraits: readonly Portrait[], owner: SetOwner) => {
    const options = { style, now: now(), economy: economy || ofLibrary };
    const inserted = insertPortraits(db, portraits, options);
    const keys = portraits.map(({ key }) => key);
    return ofLibrary ? [inserted] : [insertSetImages(db, owner, keys), inserted];
  };
  return {
    notify: () => notify(),
    takeUp: composeTakeUp(env, config),
    portraitOf: ofLibrary ? fromLibrary(config) : own,
    /** `later` takes the message, which nobody waits for. */
    enqueue(later: (promise: Promise<unknown>) => void) {
      const notifyCoalesced = createCoalescedNotifier(notify);
      return async (portrait: Portrait, owner: SetOwner) => {
        const state = await store.enqueue(portrait.key, insert(false)([portrait], owner));
        if (state === "pending" && !ofLibrary) later(notifyCoalesced());
        return state;
      };
    },
    insert: insert(false),
    /** For the Batch API. */
    insertEconomy: insert(true),
  };
}

/** Whoever looks at one of the library's waits for its batch. */
function composeTakeUp(env: PortraitBindings, config: Config) {
  const { store, notify } = parts(env);
  const takeUp = createTakeUp(store, notify, config.IMAGE_DAILY_LIMIT);
  const isShared = isOfLibrary(config);
  return (keys: readonly string[]) => takeUp(keys.filter((key) => !isShared(key)));
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
    takeUp: composeTakeUp(env, config),
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
  spend: { readonly all: BudgetGuard; readonly library: BudgetGuard },
): PortraitWork {
  const { db, store, sizeJobs, bucket, notify } = parts(env);
  const { MODEL_PRICES: prices, IMAGE_WIDTHS: widths } = config;
  const makeSizes = createSizes({ bucket, transform: createTransform(env.TRANSFORM), widths, health });
  const leaseMs = config.IMAGE_LEASE_SECONDS * 1000;
  const worstCase = ({ model, prompt, size, quality }: PortraitJob) =>
    worstCaseUsd(prices, model, maxTokens(prompt), maxImageTokens(size, quality));
  const generate = createGenerator({
    upstream,
    worstCase,
    timeoutMs: config.IMAGE_TIMEOUT_MS,
    cost: ({ model }, usage) => costUsd(prices, model, usage),
  });
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
