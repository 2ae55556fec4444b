import type { Money } from "./tick.ts";

/** A day's money in its Durable Object. US dollars. */
export interface Ledger {
  reserveMany(id: string, amountsUsd: readonly number[], limitUsd: number): Promise<number>;
  settle(id: string, costUsd: number): Promise<void>;
}

export interface MoneyOptions {
  /** The ledgers of a UTC day that a batch is paid out of, each with what it may spend. */
  readonly limits: (day: string) => readonly { readonly ledger: string; readonly limitUsd: number }[];
  readonly open: (ledger: string) => Ledger;
}

/** What one ledger has room for is asked of the next; what a later one refuses the first settles with the batch. */
export function createMoney({ limits, open }: MoneyOptions): Money {
  return {
    async reserve({ id, day }, amountsUsd) {
      let fitting = amountsUsd;
      for (const { ledger, limitUsd } of limits(day)) {
        const count = await open(ledger).reserveMany(id, fitting, limitUsd);
        fitting = fitting.slice(0, count);
      }
      return fitting.length;
    },
    async settle({ id, day }, costUsd) {
      for (const { ledger } of limits(day)) await open(ledger).settle(id, costUsd);
    },
  };
}
