import type { Config } from "./config/config.ts";
import { openDatabase } from "./db/client.ts";
import { sha256 } from "./hash.ts";
import { createBackfill, createVerify } from "./images/backfill.ts";
import { createBell, createPatientBell, createSoonBell } from "./images/bell.ts";
import { createConsumer } from "./images/consumer.ts";
import { createGenerator } from "./images/generator.ts";
import { createPortraitJob } from "./images/job.ts";
import { imageKey, OBJECT_PREFIX } from "./images/object-key.ts";
import { createPictureStore } from "./images/objects.ts";
import type { ImageRoutesDeps } from "./images/routes.ts";
import { createImageStore, insertPortraits, type Portrait, type PortraitJob } from "./images/store.ts";
import { createTakeUp } from "./images/take-up.ts";
import { maxImageTokens } from "./openai/image-tokens.ts";
import { maxTokens } from "./openai/token-bound.ts";
import type { Upstream } from "./openai/upstream.ts";
import { costUsd, worstCaseUsd } from "./openai/usage.ts";
import { createCursor, createKeyRetention, createRetention } from "./operations/retention.ts";
import { initialsOf, portraitPrompt } from "./personas/portrait.ts";
import { insertSetImages, type SetOwner } from "./personas/set-row.ts";
import type { Traits } from "./personas/wire.ts";
import type { SpendGate } from "./spend/gate.ts";

/** What the portraits need of wrangler.toml. */
export interface ImageBindings {
  readonly DB: D1Database;
  readonly IMAGES: R2Bucket;
  readonly IMAGE_JOBS: Queue;
}

/** Somebody looks at a page of pending portraits every second or so; the consumer needs one bell. */
const LOOKED_AT_BELL_MS = 5_000;

const now = () => Date.now();

function parts({ DB, IMAGES, IMAGE_JOBS }: ImageBindings) {
  const db = openDatabase(DB);
  const store = createImageStore(db, now, () => crypto.randomUUID());
  return { db, store, pictures: createPictureStore(IMAGES, OBJECT_PREFIX), ring: createBell(IMAGE_JOBS) };
}

/** What the persona room needs of the portraits. */
export function composePortraits(env: ImageBindings, config: Config) {
  const { db, store, ring } = parts(env);
  const style = { model: config.IMAGE_MODEL, size: config.IMAGE_SIZE, quality: config.IMAGE_QUALITY };
  return {
    ring: () => ring(),
    takeUp: createTakeUp(store, ring, config.IMAGE_DAILY_LIMIT),
    portraitOf(traits: Traits): Portrait {
      const prompt = portraitPrompt(traits);
      return { prompt, key: imageKey(prompt, style, sha256), initials: initialsOf(traits.name) };
    },
    /** `later` takes the bell, which nobody waits for. */
    announce(later: (promise: Promise<unknown>) => void) {
      const ringSoon = createSoonBell(ring);
      return async (portrait: Portrait, owner: SetOwner) => {
        const whose = insertSetImages(db, owner, [portrait.key]);
        const state = await store.announce(portrait, style, [whose]);
        if (state === "pending") later(ringSoon());
        return state;
      };
    },
    insert: (portraits: readonly Portrait[]) => insertPortraits(db, portraits, style, now()),
  };
}

export function composeImageRoutes(env: ImageBindings, config: Config): ImageRoutesDeps {
  const { store, pictures, ring } = parts(env);
  const ringPatiently = createPatientBell(ring, LOOKED_AT_BELL_MS, now);
  const takeUp = createTakeUp(store, ring, config.IMAGE_DAILY_LIMIT);
  return { store, pictures, ring: () => ring(), ringPatiently, takeUp, now };
}

export interface ImageWork {
  /** A message of the queue: works through all that is due. */
  consume(): Promise<void>;
  /** The five-minute cron. */
  backfill(): Promise<void>;
  purgeKeys(): Promise<void>;
  /** The daily one's part in portraits and retention. */
  verify(): Promise<void>;
  purge(): Promise<void>;
}

export function composeImageWork(
  env: ImageBindings,
  config: Config,
  upstream: Upstream,
  spend: SpendGate,
): ImageWork {
  const { db, store, pictures, ring } = parts(env);
  const { MODEL_PRICES: prices } = config;
  const leaseMs = config.IMAGE_LEASE_SECONDS * 1000;
  const worstCase = ({ model, prompt, size, quality }: PortraitJob) =>
    worstCaseUsd(prices, model, maxTokens(prompt), maxImageTokens(size, quality));
  const generate = createGenerator({
    ...{ upstream, worstCase, timeoutMs: config.IMAGE_TIMEOUT_MS },
    cost: ({ model }, usage) => costUsd(prices, model, usage),
  });
  const rule = {
    maxAttempts: config.IMAGE_MAX_ATTEMPTS,
    dailyLimit: config.IMAGE_DAILY_LIMIT,
    baseMs: config.IMAGE_RETRY_BASE_SECONDS * 1000,
    leaseMs,
  };
  const configured = config.OPENAI_API_KEY !== undefined;
  const job = createPortraitJob({ store, pictures, generate, spend, worstCase, rule, configured, now });
  return {
    consume: createConsumer({ store, job, ring, concurrency: config.IMAGE_CONCURRENCY, leaseMs, now }),
    backfill: createBackfill(store, ring, now),
    verify: createVerify({ store, pictures, ring, position: createCursor(db, "verify_portraits") }),
    purgeKeys: createKeyRetention(db, now),
    purge: createRetention(db, config.REQUEST_LOG_RETENTION_DAYS, now),
  };
}
