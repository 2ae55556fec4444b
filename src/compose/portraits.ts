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
  createTakeUp,
  createThrottledNotifier,
} from "../portraits/jobs/notifier.ts";
import { createPortraitJobs } from "../portraits/jobs/store.ts";
import { imageKey, OBJECT_PREFIX } from "../portraits/key.ts";
import { createPortraitCache } from "../portraits/serving/colo-cache.ts";
import type { PortraitRoutesDeps } from "../portraits/serving/routes.ts";
import { createSizeJobs, createWantSizes } from "../portraits/sizes/jobs.ts";
import { now, type PortraitBindings } from "./env.ts";
import { fromLibrary, isOfLibrary, portraitStyle } from "./library.ts";

/** Somebody looks at a page of pending portraits every second or so; the consumer needs one message. */
const LOOKED_AT_THROTTLE_MS = 5_000;

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
      return async (portraits: readonly Portrait[], owner: SetOwner) => {
        const keys = portraits.map(({ key }) => key);
        const states = await store.enqueue(keys, insert(false)(portraits, owner));
        if (!ofLibrary && Object.values(states).includes("pending")) later(notifyCoalesced());
        return states;
      };
    },
    insert: insert(false),
    /** For the Batch API. */
    insertEconomy: insert(true),
  };
}

/** Whoever looks at one of the library's waits for its batch. */
function composeTakeUp(env: PortraitBindings, config: Config) {
  const { store, notify } = portraitParts(env);
  const takeUp = createTakeUp(store, notify, config.IMAGE_DAILY_LIMIT);
  const isShared = isOfLibrary(config);
  return (keys: readonly string[]) => takeUp(keys.filter((key) => !isShared(key)));
}

export function composePortraitRoutes(env: PortraitBindings, config: Config): PortraitRoutesDeps {
  const { store, sizeJobs, notify } = portraitParts(env);
  return {
    store,
    cache: composePortraitCache(env),
    widths: config.IMAGE_WIDTHS,
    publicBaseUrl: config.PUBLIC_BASE_URL,
    notify: () => notify(),
    notifyThrottled: createThrottledNotifier(notify, LOOKED_AT_THROTTLE_MS, now),
    takeUp: composeTakeUp(env, config),
    wantSizes: createWantSizes(sizeJobs, notify, now),
    now,
  };
}

function composePortraitCache(env: PortraitBindings) {
  const { store, bucket } = portraitParts(env);
  return createPortraitCache({ bucket, open: () => caches.default, find: store.find, now });
}

/** Erases portraits with their sizes, in R2 and in this colo's cache. */
export function composeForgetPortraits(env: PortraitBindings, config: Config) {
  const { bucket } = portraitParts(env);
  const cache = composePortraitCache(env);
  return async (keys: readonly string[], baseUrl: string): Promise<void> => {
    await bucket.remove(keys);
    await cache.forget(baseUrl, keys, config.IMAGE_WIDTHS);
  };
}
