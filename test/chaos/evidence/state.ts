import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type Row = Readonly<Record<string, string | number | null>>;

/** What a state folder holds, while the server runs on it or afterwards. */
export interface State {
  /** Rows of D1. */
  d1(sql: string): Row[];
  /** Asks the SQLite of every object of a class; those without such tables are passed over. */
  objects(className: string, sql: string): Row[];
  /** All that is live in every file, as text of one character a byte; `name` is its path in the folder. */
  contents(): Generator<{ readonly name: string; readonly text: string }>;
}

/** The audit log keeps hashes of whom it was about, as the contract says; the other two are the storm's. */
const KEEPS_ITS_OWN = ["audit_log", "storm_request_log", "storm_persona_images"];

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

function ask(file: string, sql: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}

/** Without the pages that a deletion has left free, and without such of these tables as it has. */
function liveBytes(file: string, except: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "asknewton-copy-"));
  const copy = join(folder, "copy.sqlite");
  try {
    ask(file, `VACUUM INTO '${copy}'`);
    const database = new DatabaseSync(copy);
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const emptied = tables.filter(({ name }) => except.includes(String(name)));
    database.exec([...emptied.map(({ name }) => `DELETE FROM ${name}`), "VACUUM"].join(";"));
    database.close();
    return readFileSync(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function openState(folder: string): State {
  const databases = (part: string) =>
    filesIn(folder).filter(
      (file) => file.endsWith(".sqlite") && file.includes(part) && !file.includes("metadata"),
    );
  return {
    d1(sql) {
      const [file] = databases("D1Database");
      if (!file) throw new Error(`no D1 in ${folder}`);
      return ask(file, sql);
    },
    objects(className, sql) {
      return databases(`-${className}`).flatMap((file) => {
        try {
          return ask(file, sql);
        } catch {
          return []; // it keeps nothing any more, or is just being written
        }
      });
    },
    *contents() {
      for (const file of filesIn(folder)) {
        if (/\.sqlite-(wal|shm)$/.test(file)) continue; // a part of its database
        if (file.includes("/observability/")) continue; // the local runtime's own, of every call that it sees
        const isDatabase = file.endsWith(".sqlite");
        const bytes = isDatabase ? liveBytes(file, KEEPS_ITS_OWN) : readFileSync(file);
        yield { name: relative(folder, file), text: bytes.toString("latin1") };
      }
    },
  };
}
