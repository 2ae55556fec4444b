/** Why money is not there: others have it `set aside` and may give it back, or it is `spent`. */
export type Verdict = "granted" | "set aside" | "spent";

/** A day's money, in its Durable Object: one place, so that a burst cannot pass the limit. US dollars. */
export interface DailyLedger {
  /** Sets `amountUsd` aside where what is spent and set aside stays within `limitUsd`. Asked again it changes nothing. */
  reserve(id: string, amountUsd: number, limitUsd: number): Verdict;
  /**
   * Sets aside as many of the amounts as fit, from the first on, and gives their number. Asked again it gives what
   * was set aside already.
   */
  reserveMany(id: string, amountsUsd: readonly number[], limitUsd: number): number;
  /** Turns what was set aside into what was spent. Settling twice, or what is not known, changes nothing. */
  settle(id: string, actualUsd: number): void;
  /** Forgets the day. */
  close(): Promise<void>;
}

// The day is over by then, and the last call of it settled.
const KEEP_MS = 3 * 86_400_000;
// No operation of the platform takes longer; what nobody settled by then, nobody will.
const ABANDONED_MS = 15 * 60_000;
/** Sums of dollars in doubles are off by far less than this, which is no money. */
const EPSILON_USD = 1e-9;

// `open`: since when it is set aside, in milliseconds since the epoch; 0: spent.
const TABLE =
  "CREATE TABLE IF NOT EXISTS money (id TEXT PRIMARY KEY, usd REAL NOT NULL, open INTEGER NOT NULL) WITHOUT ROWID";
const SPENT = "";

/**
 * A reservation whose run died is never settled and counts as spent for the rest of its day, after a quarter of an
 * hour: the upstream may have billed it.
 */
export function createDailyLedger(storage: DurableObjectStorage, now: () => number): DailyLedger {
  const { sql } = storage;
  let ready = false;

  function open(): void {
    if (ready) return;
    sql.exec(TABLE);
    sql.exec("INSERT INTO money VALUES (?, 0, 0) ON CONFLICT DO NOTHING", SPENT);
    storage.setAlarm(now() + KEEP_MS);
    ready = true;
  }

  function sums() {
    const query = "SELECT SUM(usd) AS total, SUM(CASE WHEN open > ? THEN 0 ELSE usd END) AS spent FROM money";
    return sql.exec<{ total: number; spent: number }>(query, now() - ABANDONED_MS).one();
  }

  return {
    reserve(id, amountUsd, limitUsd) {
      open();
      if (sql.exec("SELECT 1 FROM money WHERE id = ?", id).toArray().length > 0) return "granted";
      const { total, spent } = sums();
      if (spent + amountUsd > limitUsd + EPSILON_USD) return "spent";
      if (total + amountUsd > limitUsd + EPSILON_USD) return "set aside";
      sql.exec("INSERT INTO money VALUES (?, ?, ?)", id, amountUsd, now());
      return "granted";
    },
    reserveMany(id, amountsUsd, limitUsd) {
      open();
      const [mine] = sql.exec<{ usd: number }>("SELECT usd FROM money WHERE id = ?", id).toArray();
      const { total } = sql.exec<{ total: number }>("SELECT SUM(usd) AS total FROM money").one();
      const room = (mine?.usd ?? limitUsd - total) + EPSILON_USD;
      let sum = 0;
      let count = 0;
      while (count < amountsUsd.length && sum + (amountsUsd[count] ?? 0) <= room) {
        sum += amountsUsd[count] ?? 0;
        count += 1;
      }
      if (!mine && count > 0) sql.exec("INSERT INTO money VALUES (?, ?, 1)", id, sum);
      return count;
    },
    settle(id, actualUsd) {
      open();
      storage.transactionSync(() => {
        const removed = sql.exec("DELETE FROM money WHERE id = ? AND open > 0 RETURNING id", id).toArray();
        if (removed.length > 0) sql.exec("UPDATE money SET usd = usd + ? WHERE id = ?", actualUsd, SPENT);
      });
    },
    async close() {
      await storage.deleteAll();
      ready = false;
    },
  };
}
