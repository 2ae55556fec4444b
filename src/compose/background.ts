import type { BackgroundWork } from "../background.ts";
import { openDatabase } from "../db/client.ts";
import { log } from "../log.ts";
import { createSetRetention } from "../personas/retention.ts";
import { createPortraitBucket } from "../portraits/bucket.ts";
import { OBJECT_PREFIX } from "../portraits/key.ts";
import { composeBatches } from "./batch.ts";
import { composeGuard, composeSpend, economyLimits } from "./budget.ts";
import { type Env, now, readConfig } from "./env.ts";
import { composeLibrary } from "./library.ts";
import { composeModelLookup, composeSizeSample } from "./operations.ts";
import { composePortraitWork } from "./portrait-work.ts";
import { openPregenerate } from "./pregenerate.ts";
import { openUpstream } from "./text-calls.ts";
import { traced } from "./tracing.ts";

/** What the queues and the crons do. Undefined, and said in the log, where the configuration is invalid. */
export function composeWork(env: Env): BackgroundWork | undefined {
  const result = readConfig(env);
  if (result.ok) {
    const { config } = result;
    const upstream = openUpstream(config);
    const pregenerate = openPregenerate(env, config);
    const portraits = composePortraitWork(env, config, upstream, {
      all: composeSpend(env, config),
      library: composeGuard(env, economyLimits(config)),
    });
    const purgeSets = createSetRetention({
      db: openDatabase(env.DB),
      forgetPortraits: createPortraitBucket(env.IMAGES, OBJECT_PREFIX).remove,
      days: config.PERSONA_RETENTION_DAYS,
      now,
    });
    return {
      ...portraits,
      consume: traced("portraits.consume", portraits.consume),
      verify: traced("portraits.verify", portraits.verify),
      purge: traced("retention.purge", portraits.purge),
      purgeSets: traced("retention.purge_sets", purgeSets),
      pregenerate: { ...pregenerate, work: traced("pregenerate.work", pregenerate.work) },
      announceLibrary: composeLibrary(env, config).announce,
      moveBatches: traced("batches.move", composeBatches(env, config, upstream, pregenerate)),
      sampleSize: composeSizeSample(env.DB),
      lookUpModels: composeModelLookup(env.DB, config, upstream),
    };
  }
  for (const error of result.errors) log.error("config.invalid", { ...error });
  return undefined;
}
