import type { BackgroundWork } from "../background.ts";
import { log } from "../log.ts";
import { composeSpend } from "./budget.ts";
import { type Env, readConfig } from "./env.ts";
import { composeModelLookup } from "./operations.ts";
import { openPregenerate } from "./personas.ts";
import { composePortraitWork } from "./portraits.ts";
import { openUpstream } from "./text-calls.ts";

/** What the queues and the crons do. Undefined, and said in the log, where the configuration is invalid. */
export function composeWork(env: Env): BackgroundWork | undefined {
  const result = readConfig(env);
  if (result.ok) {
    const { config } = result;
    const upstream = openUpstream(config);
    return {
      ...composePortraitWork(env, config, upstream, composeSpend(env, config)),
      pregenerate: openPregenerate(env, config),
      lookUpModels: composeModelLookup(env.DB, config, upstream),
    };
  }
  for (const error of result.errors) log.error("config.invalid", { ...error });
  return undefined;
}
