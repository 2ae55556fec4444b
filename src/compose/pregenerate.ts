import { createBatchItems } from "../batch/items.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { createJobStore } from "../personas/pregenerate/job-store.ts";
import { createPregenerate, type Pregenerate } from "../personas/pregenerate/pregenerate.ts";
import { type Env, now, personaObject } from "./env.ts";
import { composePortraits } from "./portraits.ts";

const newId = () => crypto.randomUUID();

export function openPregenerate(env: Env, config: Config): Pregenerate {
  const db = openDatabase(env.DB);
  return createPregenerate({
    db,
    runs: (key) => personaObject(env, key),
    wantPortraits: composePortraits(env, config).takeUp,
    jobs: createJobStore(db, now),
    queue: env.PREGENERATE_JOBS,
    enqueueEconomy: createBatchItems(db, now, newId).add,
    newId,
  });
}
