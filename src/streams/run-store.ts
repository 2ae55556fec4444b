import type { Entry } from "./event-log.ts";

export type RunState = "running" | "done" | "error";

/** A run as its Durable Object keeps it. Times are milliseconds since the epoch. */
export interface RunRecord {
  /** 32 hex characters: the unguessable half of a stream's id. */
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** When it may be forgotten; null while it runs. */
  readonly expiresAt: number | null;
  /** No event with a higher id can have been sent before the log was last written. */
  readonly idBound: number;
  /** JSON. What the run works from; null once it has settled. */
  readonly input: string | null;
  /** JSON. What it made; null until it is done. */
  readonly result: string | null;
  /** How often it was begun: more than once only where the server died under it. */
  readonly starts: number;
}

export interface RunStore {
  insert(run: Pick<RunRecord, "id" | "startedAt" | "idBound" | "input">): void;
  /** Begun again, from the input it kept. */
  restart(id: string): void;
  /** Adds a batch of events and moves the bound, in one transaction. */
  append(id: string, entries: readonly Entry[], idBound: number): void;
  settle(id: string, outcome: Pick<RunRecord, "state" | "endedAt" | "expiresAt" | "result">): void;
  find(id: string): RunRecord | undefined;
  /** The newest first. */
  all(): RunRecord[];
  entries(id: string): Entry[];
  /** Forgets runs past their time, with their events. */
  expire(now: number): void;
  forget(id: string): void;
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS runs (
     id TEXT PRIMARY KEY, state TEXT NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER, expiresAt INTEGER,
     idBound INTEGER NOT NULL, input TEXT, result TEXT, starts INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID`,
  // One row a batch: rows are what the platform bills, and a batch is what is written together.
  `CREATE TABLE IF NOT EXISTS events (
     run TEXT NOT NULL, firstId INTEGER NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (run, firstId)) WITHOUT ROWID`,
];

// SQLite rows hold 2 MB here; an answer is bounded far below, one batch is cut well below.
const MAX_ENTRIES_A_ROW = 2_000;

/**
 * Reading never writes: an object that was asked by a wrong name has no tables and leaves no trace. The
 * tables are made with the first run.
 */
export function createRunStore(storage: DurableObjectStorage): RunStore {
  const { sql } = storage;
  let ready = false;

  function exists(): boolean {
    ready ||= sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'events'").toArray().length > 0;
    return ready;
  }
  function select(rest: string, ...values: unknown[]): RunRecord[] {
    if (!exists()) return [];
    return sql.exec(`SELECT * FROM runs ${rest}`, ...values).toArray() as unknown as RunRecord[];
  }
  function remove(where: string, ...values: unknown[]): void {
    if (!exists()) return;
    storage.transactionSync(() => {
      sql.exec(`DELETE FROM events WHERE run IN (SELECT id FROM runs WHERE ${where})`, ...values);
      sql.exec(`DELETE FROM runs WHERE ${where}`, ...values);
    });
  }

  return {
    insert({ id, startedAt, idBound, input }) {
      if (!exists()) for (const table of TABLES) sql.exec(table);
      sql.exec(
        "INSERT INTO runs (id, state, startedAt, idBound, input) VALUES (?, 'running', ?, ?, ?)",
        ...[id, startedAt, idBound, input],
      );
    },
    restart: (id) => void sql.exec("UPDATE runs SET starts = starts + 1 WHERE id = ?", id),
    append(id, entries, idBound) {
      storage.transactionSync(() => {
        for (let start = 0; start < entries.length; start += MAX_ENTRIES_A_ROW) {
          const row = entries.slice(start, start + MAX_ENTRIES_A_ROW);
          sql.exec("INSERT INTO events VALUES (?, ?, ?)", id, row[0]?.id, JSON.stringify(row));
        }
        sql.exec("UPDATE runs SET idBound = ? WHERE id = ?", idBound, id);
      });
    },
    settle(id, { state, endedAt, expiresAt, result }) {
      sql.exec(
        "UPDATE runs SET state = ?, endedAt = ?, expiresAt = ?, result = ?, input = NULL WHERE id = ?",
        ...[state, endedAt, expiresAt, result, id],
      );
    },
    find: (id) => select("WHERE id = ?", id)[0],
    all: () => select("ORDER BY startedAt DESC"),
    entries(id) {
      if (!exists()) return [];
      const rows = sql.exec<{ entries: string }>(
        "SELECT entries FROM events WHERE run = ? ORDER BY firstId",
        id,
      );
      return rows.toArray().flatMap((row) => JSON.parse(row.entries) as Entry[]);
    },
    expire: (now) => remove("expiresAt <= ?", now),
    forget: (id) => remove("id = ?", id),
  };
}
