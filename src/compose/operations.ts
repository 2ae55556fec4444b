import { utcDay } from "../budget/guard.ts";
import { addTotals, type Counters, createCounters } from "../budget/totals.ts";
import { type Config, configuredModels } from "../config/config.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { createHasher } from "../hash.ts";
import type { Upstream } from "../openai/upstream.ts";
import type { AdminDeps } from "../operations/admin-routes.ts";
import { createAudit } from "../operations/audit.ts";
import { readDatabaseSize, sampleDatabaseSize } from "../operations/database-size.ts";
import { createErase } from "../operations/erase.ts";
import { toPrometheus } from "../operations/metrics.ts";
import { knownModels, lookUpModels } from "../operations/models.ts";
import { remainsAfterErasure } from "../operations/remains.ts";
import { readStats, readTotals } from "../operations/stats.ts";
import { createDueWarnings } from "../operations/warnings.ts";
import type { JobFigures } from "../personas/pregenerate/figures.ts";
import type { LibraryLedger } from "../portraits/library/ledger.ts";
import { composeBatchWarnings } from "./batch.ts";
import { type Env, now } from "./env.ts";
import { traced } from "./tracing.ts";

export function composeDueWarnings(env: Env, config: Config): () => Promise<string[]> {
  const models = configuredModels(config);
  return createDueWarnings({ db: openDatabase(env.DB), models, batches: composeBatchWarnings(env), now });
}

export function composeModelLookup(
  DB: D1Database,
  config: Config,
  { shutdownDate }: Upstream,
): () => Promise<void> {
  return () => lookUpModels({ shutdownDate, db: openDatabase(DB), now }, configuredModels(config));
}

export function composeSizeSample(DB: D1Database): () => Promise<void> {
  return () => sampleDatabaseSize(openDatabase(DB), now());
}

export function composeCounters(DB: D1Database): Counters {
  const db = openDatabase(DB);
  return createCounters((increments) => addTotals(db, [{ day: utcDay(now()), increments }]).run(), now);
}

export interface AdminParts {
  readonly db: Database;
  /** Portraits with their sizes, in R2 and in this colo's cache. */
  readonly forgetPortraits: (keys: readonly string[], baseUrl: string) => Promise<void>;
  readonly config: Config;
  readonly counters: Counters;
  readonly jobFigures: () => Promise<JobFigures>;
  readonly library: Pick<LibraryLedger, "progress">;
  readonly forgetPersonas: (key: string, baseUrl: string) => Promise<boolean>;
  readonly forgetChat: (name: string) => Promise<boolean>;
}

/** Three calls at most while it is under way, then for whichever time is the longer. */
function longestChatMs(config: Config): number {
  const { CHAT_STREAM_TTL_SECONDS: resumable, IDEMPOTENCY_TTL_SECONDS: keyed } = config;
  return Math.max(resumable, keyed) * 1_000 + 3 * config.UPSTREAM_TIMEOUT_MS;
}

export function composeAdmin({
  db,
  config,
  counters,
  jobFigures,
  library,
  ...forget
}: AdminParts): AdminDeps {
  return {
    hash: createHasher(config.HASH_SECRET),
    audit: createAudit(db, now),
    async stats(days) {
      await counters.flush(); // what this isolate has counted is told at once
      const [figures, models, jobs, portraits, database] = await Promise.all([
        readStats(db, now(), days),
        knownModels(db, configuredModels(config)),
        jobFigures(),
        library.progress(),
        readDatabaseSize(db, now()),
      ]);
      return { ...figures, ...jobs, models, library: portraits, database };
    },
    async metrics() {
      await counters.flush();
      const [{ totals: total, outbox }, { totals: today }, jobs, portraits, database] = await Promise.all([
        readTotals(db),
        readStats(db, now(), 1),
        jobFigures(),
        library.progress(),
        readDatabaseSize(db, now()),
      ]);
      return toPrometheus({ total, today, ...jobs, library: portraits, outbox, database });
    },
    erase: traced("operations.erase", async (person, origin) => {
      const baseUrl = config.PUBLIC_BASE_URL ?? origin;
      const forgetPersonas = (key: string) => forget.forgetPersonas(key, baseUrl);
      const forgetPortraits = (keys: readonly string[]) => forget.forgetPortraits(keys, baseUrl);
      const { forgetChat } = forget;
      const erased = await createErase({ db, forgetPersonas, forgetChat, forgetPortraits })(person);
      return { erased, remains: remainsAfterErasure(now(), { chatMs: longestChatMs(config) }) };
    }),
  };
}
