import type { Config } from "./config/config.ts";
import { type Database, openDatabase } from "./db/client.ts";
import { createHasher } from "./hash.ts";
import { OBJECT_PREFIX } from "./images/object-key.ts";
import { createPictureStore } from "./images/objects.ts";
import { describeError, log } from "./log.ts";
import type { Upstream } from "./openai/upstream.ts";
import type { AdminDeps } from "./operations/admin-routes.ts";
import { createErase } from "./operations/erase.ts";
import { knownModels, lookUpModels, shutdownWarnings } from "./operations/models.ts";
import { readStats } from "./operations/stats.ts";
import type { Pregenerate } from "./personas/pregenerate.ts";
import { utcDay } from "./spend/gate.ts";
import { createTally, type Tally } from "./spend/tally.ts";
import { addTotals } from "./spend/totals.ts";

const now = () => Date.now();

function modelsOf({ PERSONA_MODEL, CHAT_MODEL, IMAGE_MODEL }: Config): string[] {
  return [...new Set([PERSONA_MODEL, CHAT_MODEL, IMAGE_MODEL])];
}

/** What `ready` says of models that retire. */
export function composeModelWarnings(DB: D1Database, config: Config): () => Promise<string[]> {
  const db = openDatabase(DB);
  return async () => {
    try {
      return shutdownWarnings(await knownModels(db, modelsOf(config)), now());
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
  return () => lookUpModels({ shutdownDate, db: openDatabase(DB), now }, modelsOf(config));
}

export function composeTally(DB: D1Database): Tally {
  const db = openDatabase(DB);
  return createTally((increments) => addTotals(db, utcDay(now()), increments), now);
}

export interface AdminParts {
  readonly db: Database;
  readonly images: R2Bucket;
  readonly config: Config;
  readonly tally: Tally;
  readonly pregenerate: Pick<Pregenerate, "progress">;
  readonly forgetPersonas: (key: string, baseUrl: string) => Promise<boolean>;
  readonly forgetChat: (name: string) => Promise<boolean>;
}

export function composeAdmin({ db, images, config, tally, pregenerate, ...forget }: AdminParts): AdminDeps {
  const pictures = createPictureStore(images, OBJECT_PREFIX);
  return {
    hash: createHasher(config.HASH_SECRET),
    async stats(days) {
      await tally.flush(); // what this isolate has counted is told at once
      const [figures, models, progress] = await Promise.all([
        readStats(db, now(), days),
        knownModels(db, modelsOf(config)),
        pregenerate.progress(),
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
      const forgetPictures = (keys: readonly string[]) => pictures.remove(keys);
      return createErase({ db, forgetPersonas, forgetChat: forget.forgetChat, forgetPictures })(person);
    },
  };
}
