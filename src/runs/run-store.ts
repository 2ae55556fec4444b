import type { Entry } from "./event-log.ts";

export type RunState = "running" | "done" | "stopped" | "error";

/** A run as its Durable Object keeps it. Times are milliseconds since the epoch. */
export interface RunRecord<M> {
  /** 32 hex characters: the unguessable half of a stream's id. */
  readonly id: string;
  readonly state: RunState;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** When it may be forgotten; null while it runs. */
  readonly expiresAt: number | null;
  /** What the room must know of a run for as long as it is kept: who asked what. */
  readonly metadata: M;
  /** JSON. What the run works from; null once it has settled. */
  readonly input: string | null;
  /** JSON. What it made; null until it is done, and where its events say it all. */
  readonly result: string | null;
  /** JSON. What it spent in this life and those before, the call under way at its worst; null until it asks. */
  readonly checkpoint: string | null;
  /** How often it was begun: more than once only where the server died under it. */
  readonly attempts: number;
}

export type NewRun<M> = Pick<RunRecord<M>, "id" | "startedAt" | "metadata" | "input" | "checkpoint">;
export type RunEnd = Pick<RunRecord<unknown>, "state" | "endedAt" | "expiresAt" | "result">;

export interface RunStore<M> {
  insert(run: NewRun<M>): void;
  saveCheckpoint(id: string, checkpoint: string): void;
  /** Begun again, from the input it kept. */
  restart(id: string): void;
  append(id: string, entries: readonly Entry[]): void;
  finish(id: string, end: RunEnd): void;
  find(id: string): RunRecord<M> | undefined;
  /** The newest first; more than one only where an earlier life could not write its end. */
  running(): RunRecord<M>[];
  /** The one that was started last. */
  newest(): RunRecord<M> | undefined;
  /** The newest that is done and ended after `since`, milliseconds since the epoch. */
  newestDone(since: number): RunRecord<M> | undefined;
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
     expiresAt INTEGER, metadata TEXT NOT NULL, input TEXT, result TEXT, checkpoint TEXT, attempts INTEGER NOT NULL DEFAULT 1)`,
  // One row a batch: rows are what the platform bills, and a batch is what is written together.
  `CREATE TABLE IF NOT EXISTS events (
     run TEXT NOT NULL, firstId INTEGER NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (run, firstId)) WITHOUT ROWID`,
];

const OLD_NAMES = { label: "metadata", carried: "checkpoint", starts: "attempts" };
/** Before it was `metadata`, a set's run had whose it is there as text, or nothing; a chat's had JSON. */
const WRAP_TEXT = `UPDATE runs SET metadata = json_object('userHash', metadata)
  WHERE metadata IS NULL OR metadata NOT LIKE '{%'`;

/** Gives the columns of a table that an earlier version made their names of today. `definition`: its SQL. */
function renameColumns(storage: DurableObjectStorage, definition: string): void {
  const old = Object.entries(OLD_NAMES).filter(([name]) => definition.includes(` ${name} `));
  if (old.length === 0) return;
  storage.transactionSync(() => {
    for (const [name, today] of old) storage.sql.exec(`ALTER TABLE runs RENAME COLUMN ${name} TO ${today}`);
    storage.sql.exec(WRAP_TEXT);
  });
}

type Row = Omit<RunRecord<unknown>, "metadata"> & {
  readonly metadata: string;
  readonly [column: string]: SqlStorageValue;
};

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
export function createRunStore<M>(storage: DurableObjectStorage): RunStore<M> {
  const { sql } = storage;
  let ready: boolean | undefined; // undefined: not looked yet

  function exists(): boolean {
    if (ready !== undefined) return ready;
    const [table] = sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE name = 'runs'").toArray();
    if (table) renameColumns(storage, table.sql);
    ready = table !== undefined;
    return ready;
  }
  function select(rest: string, ...values: unknown[]): RunRecord<M>[] {
    if (!exists()) return [];
    const rows = sql.exec<Row>(`SELECT * FROM runs ${rest}`, ...values).toArray();
    return rows.map((row) => ({ ...row, metadata: JSON.parse(row.metadata) as M }));
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
    insert({ id, startedAt, metadata, input, checkpoint }) {
      if (!exists()) for (const table of TABLES) sql.exec(table);
      ready = true;
      sql.exec(
        "INSERT INTO runs (id, state, startedAt, metadata, input, checkpoint) VALUES (?, 'running', ?, ?, ?, ?)",
        id,
        startedAt,
        JSON.stringify(metadata),
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
      ready = undefined;
      await storage.deleteAll();
    },
  };
}
