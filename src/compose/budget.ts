import { type BudgetGuard, createBudgetGuard } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { type Env, now } from "./env.ts";

export function composeSpend(env: Env, config: Config): BudgetGuard {
  const ledger = (day: string) => env.SPEND.get(env.SPEND.idFromName(day));
  return createBudgetGuard({
    limitUsd: config.DAILY_SPEND_LIMIT_USD,
    openDay: (day) => ({
      reserve: (...reservation) => askAgainIfLost(async () => await ledger(day).reserve(...reservation)),
      settle: (...settlement) => askAgainIfLost(async () => await ledger(day).settle(...settlement)),
    }),
    now,
  });
}
