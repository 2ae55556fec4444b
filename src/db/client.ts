import { drizzle } from "drizzle-orm/d1";
import * as schema from "./schema.ts";

export type Database = ReturnType<typeof openDatabase>;

/** D1 through Drizzle. `batch()` is one round trip and one transaction; `transaction()` does not work on D1. */
export function openDatabase(d1: D1Database) {
  return drizzle(d1, { schema });
}
