import { Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import type { Verdict } from "./daily-ledger.ts";

/** Stands around each upstream call: the money for its worst case is set aside, then settled. */
export interface BudgetGuard {
  /**
   * Throws `budget_exhausted` where the day's limit leaves too little: until midnight UTC where it is spent, for a
   * minute where it is only set aside. US dollars.
   */
  reserve(worstCaseUsd: number): Promise<Reservation>;
}

export interface Reservation {
  /** What the call did cost, in US dollars; the rest is free again. Never rejects. */
  settle(actualUsd: number): Promise<void>;
}

/** A day's ledger (day-ledger.ts), which lives in another object. */
export interface DayClient {
  reserve(id: string, amountUsd: number, limitUsd: number): Promise<Verdict>;
  settle(id: string, actualUsd: number): Promise<void>;
}

export interface BudgetGuardOptions {
  readonly limitUsd: number | undefined;
  /** The ledger of a UTC day, `YYYY-MM-DD`. */
  readonly openDay: (day: string) => DayClient;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** What is set aside is settled, and mostly given back, when its call ends. */
const SET_ASIDE_SECONDS = 60;

export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Whole seconds until the next UTC day, at least one. */
export function secondsUntilTomorrow(time: number): number {
  return Math.ceil((DAY_MS - (time % DAY_MS)) / 1000);
}

/** What could not be settled stays set aside for its day: never too little is counted. */
function stillReserved(error: unknown): void {
  log.warn("spend.unsettled", describeError(error));
}

/** Without a limit every call is granted and nothing is asked. */
export function createBudgetGuard({ limitUsd, openDay, now }: BudgetGuardOptions): BudgetGuard {
  if (limitUsd === undefined) return { reserve: async () => ({ settle: async () => {} }) };
  return {
    async reserve(worstCaseUsd) {
      const time = now();
      const day = openDay(utcDay(time));
      const id = crypto.randomUUID();
      const verdict = await day.reserve(id, worstCaseUsd, limitUsd);
      if (verdict !== "granted") {
        const tomorrow = secondsUntilTomorrow(time);
        const retryAfterSeconds = verdict === "spent" ? tomorrow : Math.min(SET_ASIDE_SECONDS, tomorrow);
        throw new Problem("budget_exhausted", { retryAfterSeconds });
      }
      return { settle: (actualUsd) => day.settle(id, actualUsd).catch(stillReserved) };
    },
  };
}
