import { type Counters, createCounters } from "../budget/counters.ts";
import { utcDay } from "../budget/guard.ts";
import { addTotals } from "../budget/totals.ts";
import type { Config } from "../config/config.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { createHasher } from "../hash.ts";
import { describeError, log } from "../log.ts";
import type { Upstream } from "../openai/upstream.ts";
import type { AdminDeps } from "../operations/admin-routes.ts";
import { createErase } from "../operations/erase.ts";
import { knownModels, lookUpModels, shutdownWarnings } from "../operations/models.ts";
import { readStats } from "../operations/stats.ts";
import type { JobStore } from "../personas/pregenerate/job-store.ts";
import { createPortraitBucket } from "../portraits/bucket.ts";
import { OBJECT_PREFIX } from "../portraits/key.ts";

const now = () => Date.now();

function configuredModels({ PERSONA_MODEL, CHAT_MODEL, IMAGE_MODEL }: Config): string[] {
  return [...new Set([PERSONA_MODEL, CHAT_MODEL, IMAGE_MODEL])];
}

/** What `ready` says of models that retire. */
export function composeModelWarnings(DB: D1Database, config: Config): () => Promise<string[]> {
  const db = openDatabase(DB);
  return async () => {
    try {
      return shutdownWarnings(await knownModels(db, configuredModels(config)), now());
    } catch (error) {
      log.warn("models.unknown", describeError(error)); // D1's own check says what is wrong
      return [];
    }
  };
}

export function composeModelLookup(
  DB: D1Database,
  config: Config,
  { shutdownDate }: Upstream,
): () => Promise<void> {
  return () => lookUpModels({ shutdownDate, db: openDatabase(DB), now }, configuredModels(config));
}

export function composeCounters(DB: D1Database): Counters {
  const db = openDatabase(DB);
  return createCounters((increments) => addTotals(db, utcDay(now()), increments), now);
}

export interface AdminParts {
  readonly db: Database;
  readonly images: R2Bucket;
  readonly config: Config;
  readonly counters: Counters;
  readonly jobs: Pick<JobStore, "counts">;
  readonly forgetPersonas: (key: string, baseUrl: string) => Promise<boolean>;
  readonly forgetChat: (name: string) => Promise<boolean>;
}

export function composeAdmin({ db, images, config, counters, jobs, ...forget }: AdminParts): AdminDeps {
  const bucket = createPortraitBucket(images, OBJECT_PREFIX);
  return {
    hash: createHasher(config.HASH_SECRET),
    async stats(days) {
      await counters.flush(); // what this isolate has counted is told at once
      const [figures, models, progress] = await Promise.all([
        readStats(db, now(), days),
        knownModels(db, configuredModels(config)),
        jobs.counts(),
      ]);
      return {
        ...figures,
        models: models.map(({ name, shutdownDate }) => ({ name, shutdownDate })),
        pregenerate: progress,
      };
    },
    erase(person, origin) {
      const baseUrl = config.PUBLIC_BASE_URL ?? origin;
      const forgetPersonas = (key: string) => forget.forgetPersonas(key, baseUrl);
      const forgetPictures = (keys: readonly string[]) => bucket.remove(keys);
      return createErase({ db, forgetPersonas, forgetChat: forget.forgetChat, forgetPictures })(person);
    },
  };
}
