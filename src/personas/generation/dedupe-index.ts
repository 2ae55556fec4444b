/** Who asked for a run: by a refresh, by fingerprint, or with an Idempotency-Key. Kept beside the runs, in SQLite. */
export interface DedupeIndex {
  /** The run that answers this request key, if it is remembered. */
  toRun(requestKey: string): string | undefined;
  /** `ttlMs`: it is an Idempotency-Key, remembered for that long once the run has ended. */
  remember(requestKey: string, run: string, ttlMs?: number): void;
  /** The Idempotency-Keys among a run's request keys that D1 has no answer for yet. */
  findClaims(run: string): WaitingClaim[];
  /** D1 has it now, or the outbox. */
  finished(claims: readonly WaitingClaim[]): void;
  /** The runs that keys wait for. */
  awaited(): string[];
  /** Drops what belongs to runs that are gone. */
  prune(runs: readonly string[]): void;
}

export interface WaitingClaim {
  readonly id: string;
  readonly ttlMs: number;
}

const TABLE =
  "CREATE TABLE IF NOT EXISTS askers (asker TEXT PRIMARY KEY, run TEXT NOT NULL, ttlMs INTEGER) WITHOUT ROWID";
// A run that more people than this join in its window is remembered for the first of them.
const MAX_REQUEST_KEYS = 1_000;

/** As with the runs, reading writes nothing: the table comes with the first refresh. */
export function createDedupeIndex({ sql }: DurableObjectStorage): DedupeIndex {
  const exists = () => sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'askers'").toArray().length > 0;
  return {
    toRun(requestKey) {
      if (!exists()) return undefined;
      return sql.exec<{ run: string }>("SELECT run FROM askers WHERE asker = ?", requestKey).toArray()[0]
        ?.run;
    },
    remember(requestKey, run, ttlMs) {
      sql.exec(TABLE);
      sql.exec(
        `INSERT INTO askers SELECT ?1, ?2, ?4
         WHERE (SELECT COUNT(*) FROM askers) < ?3 OR ?1 IN (SELECT asker FROM askers)
         ON CONFLICT (asker) DO UPDATE SET run = excluded.run, ttlMs = excluded.ttlMs`,
        requestKey,
        run,
        MAX_REQUEST_KEYS,
        ttlMs ?? null,
      );
    },
    findClaims(run) {
      if (!exists()) return [];
      const query = "SELECT asker AS id, ttlMs FROM askers WHERE run = ? AND ttlMs IS NOT NULL";
      return sql.exec<{ id: string; ttlMs: number }>(query, run).toArray();
    },
    finished(claims) {
      const ids = JSON.stringify(claims.map(({ id }) => id));
      if (exists())
        sql.exec("UPDATE askers SET ttlMs = NULL WHERE asker IN (SELECT value FROM json_each(?))", ids);
    },
    awaited() {
      if (!exists()) return [];
      const query = "SELECT DISTINCT run FROM askers WHERE ttlMs IS NOT NULL";
      return sql
        .exec<{ run: string }>(query)
        .toArray()
        .map(({ run }) => run);
    },
    prune(runs) {
      if (exists())
        sql.exec(
          "DELETE FROM askers WHERE run NOT IN (SELECT value FROM json_each(?))",
          JSON.stringify(runs),
        );
    },
  };
}
