/** Who asked for a refresh and when it may be answered from the first: kept beside the runs, in SQLite. */
export interface Askers {
  /** The run that this asker's last refresh was, if it is remembered. */
  runOf(asker: string): string | undefined;
  remember(asker: string, run: string): void;
  /** Drops what belongs to runs that are gone. */
  prune(runs: readonly string[]): void;
}

// A refresh that more people than this join in its window is remembered for the first of them.
const MAX_ASKERS = 1_000;

/** As with the runs, reading writes nothing: the table comes with the first refresh. */
export function createAskers({ sql }: DurableObjectStorage): Askers {
  const exists = () => sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'askers'").toArray().length > 0;
  return {
    runOf(asker) {
      if (!exists()) return undefined;
      return sql.exec<{ run: string }>("SELECT run FROM askers WHERE asker = ?", asker).toArray()[0]?.run;
    },
    remember(asker, run) {
      sql.exec("CREATE TABLE IF NOT EXISTS askers (asker TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID");
      sql.exec(
        `INSERT INTO askers SELECT ?1, ?2 WHERE (SELECT COUNT(*) FROM askers) < ?3 OR ?1 IN (SELECT asker FROM askers)
         ON CONFLICT (asker) DO UPDATE SET run = excluded.run`,
        ...[asker, run, MAX_ASKERS],
      );
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
