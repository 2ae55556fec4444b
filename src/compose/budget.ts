import { createMoney } from "../batch/money.ts";
import { type BudgetGuard, createBudgetGuard, type Limit, ledgerName } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { describeError, log } from "../log.ts";
import { type Env, now } from "./env.ts";
import { traced } from "./tracing.ts";

/** The platform's limiter: per location and approximate, a brake and not a budget. */
export function composeAdmission(env: Env, config: Config): (caller: string) => Promise<boolean> {
  if (config.RATE_LIMIT === "off") return async () => true;
  return async (key) => {
    try {
      return (await env.RATE_LIMITER.limit({ key })).success;
    } catch (error) {
      log.warn("limiter.failed", describeError(error)); // a brake that fails does not stop the car
      return true;
    }
  };
}

/** `caller`, hashed: whose share of the day it also is. */
function toLimits(config: Config, caller: string | undefined): Limit[] {
  const { DAILY_SPEND_LIMIT_USD: all, CALLER_DAILY_SPEND_LIMIT_USD: each } = config;
  const limits: Limit[] = [];
  if (caller !== undefined && each !== undefined)
    limits.push({ limitUsd: each, code: "caller_budget_exhausted", share: caller });
  if (all !== undefined) limits.push({ limitUsd: all, code: "budget_exhausted", share: "" });
  return limits;
}

/** What a day may spend on the library and on economy jobs, and on everything. */
export function economyLimits(config: Config): Limit[] {
  const limitUsd = config.PREGENERATE_DAILY_LIMIT_USD;
  return [{ limitUsd, code: "budget_exhausted", share: "pregenerate" }, ...toLimits(config, undefined)];
}

export function composeSpend(env: Env, config: Config, caller?: string): BudgetGuard {
  return composeGuard(env, toLimits(config, caller));
}

export function composeGuard(env: Env, limits: readonly Limit[]): BudgetGuard {
  const ledger = (name: string) => env.SPEND.get(env.SPEND.idFromName(name));
  const { reserve } = createBudgetGuard({
    limits,
    openLedger: (name) => ({
      reserve: (...reservation) => askAgainIfLost(async () => await ledger(name).reserve(...reservation)),
      settle: (...settlement) => askAgainIfLost(async () => await ledger(name).settle(...settlement)),
    }),
    now,
  });
  return { reserve: limits.length > 0 ? traced("budget.reserve", reserve) : reserve };
}

/** The day's ledger of pregeneration, and the day's of everything. */
export function composeMoney(env: Env, config: Config) {
  const object = (name: string) => env.SPEND.get(env.SPEND.idFromName(name));
  return createMoney({
    limits: (day) =>
      economyLimits(config).map(({ limitUsd, share }) => ({ ledger: ledgerName(day, share), limitUsd })),
    open: (name) => ({
      reserveMany: (...amounts) => askAgainIfLost(async () => await object(name).reserveMany(...amounts)),
      settle: (...settlement) => askAgainIfLost(async () => await object(name).settle(...settlement)),
    }),
  });
}
