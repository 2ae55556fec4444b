import type { Query } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";

export type Database = ReturnType<typeof open>;

// Without the tables: only relational queries need them, and reading them takes longer than a query.
const open = (d1: D1Database) => drizzle(d1);

// Scope: the isolate. Each Durable Object asks for its own.
const opened = new WeakMap<D1Database, Database>();

/** D1 through Drizzle. `batch()` is one round trip and one transaction; `transaction()` does not work on D1. */
export function openDatabase(d1: D1Database): Database {
  const database = opened.get(d1) ?? open(d1);
  opened.set(d1, database);
  return database;
}

/** One of the query builder's, for a batch with statements that are written out. */
export function toStatement({ $client: d1 }: Database, query: { toSQL(): Query }): D1PreparedStatement {
  const { sql, params } = query.toSQL();
  return d1.prepare(sql).bind(...params);
}
