import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { sha256 } from "../hash.ts";
import { portraitPrompt, toInitials } from "../personas/portrait.ts";
import type { Traits } from "../personas/schema.ts";
import { insertSetImages, type SetOwner } from "../personas/set-row.ts";
import { createPortraitBucket } from "../portraits/bucket.ts";
import { insertPortraits, type Portrait } from "../portraits/jobs/insert.ts";
import {
  createCoalescedNotifier,
  createNotifier,
  createThrottledNotifier,
} from "../portraits/jobs/notifier.ts";
import { createPortraitJobs } from "../portraits/jobs/store.ts";
import { createTakeUp } from "../portraits/jobs/take-up.ts";
import { imageKey, OBJECT_PREFIX } from "../portraits/key.ts";
import { createPictureCache } from "../portraits/serving/colo-cache.ts";
import type { PortraitRoutesDeps } from "../portraits/serving/routes.ts";
import { createSizeJobs } from "../portraits/sizes/jobs.ts";
import { createWantSizes } from "../portraits/sizes/wanted.ts";

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

/** What both the routes and the work are made of. */
export function portraitParts({ DB, IMAGES, IMAGE_JOBS }: PortraitBindings) {
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
  const { db, store, notify } = portraitParts(env);
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
      return async (portraits: readonly Portrait[], owner: SetOwner) => {
        const keys = portraits.map(({ key }) => key);
        const statements = [insertSetImages(db, owner, keys), insertPortraits(db, portraits, style, now())];
        const states = await store.enqueue(keys, statements);
        if (Object.values(states).includes("pending")) later(notifyCoalesced());
        return states;
      };
    },
    insert: (portraits: readonly Portrait[]) => insertPortraits(db, portraits, style, now()),
    /** For the Batch API. */
    insertEconomy: (portraits: readonly Portrait[]) => insertPortraits(db, portraits, style, now(), true),
  };
}

export function composePortraitRoutes(env: PortraitBindings, config: Config): PortraitRoutesDeps {
  const { store, sizeJobs, notify } = portraitParts(env);
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
  const { store, bucket } = portraitParts(env);
  return createPictureCache({ bucket, open: () => caches.default, find: store.find, now });
}

/** Erases pictures with their sizes, in R2 and in this colo's cache. */
export function composeForgetPictures(env: PortraitBindings, config: Config) {
  const { bucket } = portraitParts(env);
  const pictures = composePictures(env);
  return async (keys: readonly string[], baseUrl: string): Promise<void> => {
    await bucket.remove(keys);
    await pictures.forget(baseUrl, keys, config.IMAGE_WIDTHS);
  };
}
