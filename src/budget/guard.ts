import { Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import type { Verdict } from "./daily-ledger.ts";

/** Stands around each upstream call: the money for its worst case is set aside, then settled. */
export interface BudgetGuard {
  /**
   * Throws `budget_exhausted` where the day's limit leaves too little: until midnight UTC where it is spent, for a
   * minute where it is only set aside. `caller_budget_exhausted`, until midnight, where the caller's own does. US
   * dollars.
   */
  reserve(worstCaseUsd: number): Promise<Reservation>;
}

export interface Reservation {
  /** What the call did cost, in US dollars; the rest is free again. Never rejects. */
  settle(actualUsd: number): Promise<void>;
}

/** A day's ledger (daily-ledger.ts), which lives in another object. */
export interface LedgerClient {
  reserve(id: string, amountUsd: number, limitUsd: number): Promise<Verdict>;
  settle(id: string, actualUsd: number): Promise<void>;
}

/** What a UTC day may cost, all of it or one caller's share. */
export interface Limit {
  readonly limitUsd: number;
  readonly code: "budget_exhausted" | "caller_budget_exhausted";
  /** Names its ledger beside the day; empty: the day's own. */
  readonly share: string;
}

export interface BudgetGuardOptions {
  /** All of them must hold: the narrowest first, so that what it refuses takes nothing from the others meanwhile. */
  readonly limits: readonly Limit[];
  readonly openLedger: (name: string) => LedgerClient;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
/** What is set aside is settled, and mostly given back, when its call ends. */
const SET_ASIDE_SECONDS = 60;

/** `2026-11-27`. `time`: milliseconds since the epoch. */
export function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The Durable Object of a day's money, all of it or one caller's share. */
export function ledgerName(day: string, share: Limit["share"]): string {
  return share === "" ? day : `${day}:${share}`;
}

/** Whole seconds until the next UTC day, at least one. */
export function secondsUntilTomorrow(time: number): number {
  return Math.ceil((DAY_MS - (time % DAY_MS)) / 1000);
}

/** What could not be settled stays set aside for its day: never too little is counted. */
function stillReserved(error: unknown): void {
  log.warn("spend.unsettled", describeError(error));
}

function refusal(code: Limit["code"], verdict: Verdict, time: number): Problem {
  const tomorrow = secondsUntilTomorrow(time);
  const soon = verdict === "set aside" && code === "budget_exhausted";
  return new Problem(code, { retryAfterSeconds: soon ? Math.min(SET_ASIDE_SECONDS, tomorrow) : tomorrow });
}

/** Without a limit every call is granted and nothing is asked. */
export function createBudgetGuard({ limits, openLedger, now }: BudgetGuardOptions): BudgetGuard {
  return {
    async reserve(worstCaseUsd) {
      const time = now();
      const id = crypto.randomUUID();
      const granted: LedgerClient[] = [];
      const settle = async (actualUsd: number): Promise<void> => {
        await Promise.all(granted.map((ledger) => ledger.settle(id, actualUsd).catch(stillReserved)));
      };
      try {
        for (const { limitUsd, code, share } of limits) {
          const ledger = openLedger(ledgerName(utcDay(time), share));
          const verdict = await ledger.reserve(id, worstCaseUsd, limitUsd);
          if (verdict !== "granted") throw refusal(code, verdict, time);
          granted.push(ledger);
        }
      } catch (error) {
        await settle(0);
        throw error;
      }
      return { settle };
    },
  };
}
