import type { Entry } from "./event-log.ts";

export type RunState = "running" | "done" | "stopped" | "error";

/** A run as its Durable Object keeps it. Times are milliseconds since the epoch. */
export interface RunRecord {
  /** 32 hex characters: the unguessable half of a stream's id. */
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** When it may be forgotten; null while it runs. */
  readonly expiresAt: number | null;
  /** What the room must know of a run for as long as it is kept: who asked what. JSON, or nothing. */
  readonly label: string | null;
  /** JSON. What the run works from; null once it has settled. */
  readonly input: string | null;
  /** JSON. What it made; null until it is done, and where its events say it all. */
  readonly result: string | null;
  /** JSON. What it spent in this life and those before, the call under way at its worst; null until it asks. */
  readonly checkpoint: string | null;
  /** How often it was begun: more than once only where the server died under it. */
  readonly attempts: number;
}

export interface RunStore {
  insert(run: Pick<RunRecord, "id" | "startedAt" | "label" | "input" | "checkpoint">): void;
  saveCheckpoint(id: string, checkpoint: string): void;
  /** Begun again, from the input it kept. */
  restart(id: string): void;
  append(id: string, entries: readonly Entry[]): void;
  finish(id: string, outcome: Pick<RunRecord, "state" | "endedAt" | "expiresAt" | "result">): void;
  find(id: string): RunRecord | undefined;
  /** The newest first; more than one only where an earlier life could not write its end. */
  running(): RunRecord[];
  /** The one that was started last. */
  newest(): RunRecord | undefined;
  /** The newest that is done and ended after `since`, milliseconds since the epoch. */
  newestDone(since: number): RunRecord | undefined;
  has(id: string): boolean;
  ids(): string[];
  entries(id: string): Entry[];
  /** When the next run may be forgotten; undefined where none has settled. */
  nextExpiry(): number | undefined;
  isEmpty(): boolean;
  /** Forgets runs past their time, with their events. */
  expire(now: number): void;
  /** Leaves nothing of the object, its other tables and its alarm included. */
  clear(): Promise<void>;
}

const TABLES = [
  // With row ids: two runs may start in one millisecond, and the newest must be told. Without an index: they are
  // few, and each index is one more page to write before the first run.
  `CREATE TABLE IF NOT EXISTS runs (
     id TEXT NOT NULL, state TEXT NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER,
     expiresAt INTEGER, label TEXT, input TEXT, result TEXT, checkpoint TEXT, attempts INTEGER NOT NULL DEFAULT 1)`,
  // One row a batch: rows are what the platform bills, and a batch is what is written together.
  `CREATE TABLE IF NOT EXISTS events (
     run TEXT NOT NULL, firstId INTEGER NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (run, firstId)) WITHOUT ROWID`,
];

// SQLite rows hold 2 MB here, and a character takes at most 3 bytes. A single event is far below.
const MAX_ROW_CHARS = 500_000;

/** Batches as JSON arrays, cut where a row would grow too large; each with the id it begins with. */
function toRows(entries: readonly Entry[]): [firstId: number, json: string][] {
  const rows: [number, string][] = [];
  let parts: string[] = [];
  let chars = 0;
  let firstId = 0;
  for (const entry of entries) {
    const part = JSON.stringify(entry);
    if (parts.length > 0 && chars + part.length > MAX_ROW_CHARS) {
      rows.push([firstId, `[${parts.join()}]`]);
      parts = [];
      chars = 0;
    }
    if (parts.length === 0) firstId = entry.id;
    parts.push(part);
    chars += part.length;
  }
  if (parts.length > 0) rows.push([firstId, `[${parts.join()}]`]);
  return rows;
}

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
  const insertRow = (id: string, [firstId, json]: readonly [number, string]) =>
    sql.exec("INSERT INTO events VALUES (?, ?, ?)", id, firstId, json);

  return {
    insert({ id, startedAt, label, input, checkpoint }) {
      if (!exists()) for (const table of TABLES) sql.exec(table);
      sql.exec(
        "INSERT INTO runs (id, state, startedAt, label, input, checkpoint) VALUES (?, 'running', ?, ?, ?, ?)",
        id,
        startedAt,
        label,
        input,
        checkpoint,
      );
    },
    saveCheckpoint: (id, checkpoint) =>
      void sql.exec("UPDATE runs SET checkpoint = ? WHERE id = ?", checkpoint, id),
    restart: (id) => void sql.exec("UPDATE runs SET attempts = attempts + 1 WHERE id = ?", id),
    append(id, entries) {
      const rows = toRows(entries);
      const [only] = rows;
      // Four times a second for each stream: one statement is atomic by itself.
      if (only && rows.length === 1) insertRow(id, only);
      else storage.transactionSync(() => rows.forEach((row) => void insertRow(id, row)));
    },
    finish(id, { state, endedAt, expiresAt, result }) {
      sql.exec(
        "UPDATE runs SET state = ?, endedAt = ?, expiresAt = ?, result = ?, input = NULL WHERE id = ?",
        state,
        endedAt,
        expiresAt,
        result,
        id,
      );
    },
    find: (id) => select("WHERE id = ?", id)[0],
    running: () => select("WHERE state = 'running' ORDER BY rowid DESC"),
    newest: () => select("ORDER BY rowid DESC LIMIT 1")[0],
    newestDone: (since) =>
      select("WHERE state = 'done' AND endedAt > ? ORDER BY rowid DESC LIMIT 1", since)[0],
    has: (id) => exists() && sql.exec("SELECT 1 FROM runs WHERE id = ?", id).toArray().length > 0,
    ids() {
      if (!exists()) return [];
      return sql
        .exec<{ id: string }>("SELECT id FROM runs")
        .toArray()
        .map(({ id }) => id);
    },
    entries(id) {
      if (!exists()) return [];
      const rows = sql.exec<{ entries: string }>(
        "SELECT entries FROM events WHERE run = ? ORDER BY firstId",
        id,
      );
      return rows.toArray().flatMap((row) => JSON.parse(row.entries) as Entry[]);
    },
    nextExpiry() {
      if (!exists()) return undefined;
      const query = "SELECT MIN(expiresAt) AS time FROM runs WHERE expiresAt IS NOT NULL";
      return sql.exec<{ time: number | null }>(query).one().time ?? undefined;
    },
    isEmpty: () => !exists() || sql.exec("SELECT 1 FROM runs LIMIT 1").toArray().length === 0,
    expire: (now) => remove("expiresAt <= ?", now),
    async clear() {
      ready = false;
      await storage.deleteAll();
    },
  };
}
