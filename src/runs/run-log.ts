import { getTableColumns } from "drizzle-orm";
import { addTotals, runTotals } from "../budget/totals.ts";
import type { Database } from "../db/client.ts";
import type { RunRow } from "../db/request-log.ts";
import { requestLog } from "../db/schema.ts";

/** Status of a run that has not ended (RFC 9110 §15.2 calls 102 informational): never seen by a caller. */
export const UNDER_WAY = 102;

// Once an isolate: the query builder would take longer for this statement than D1 does, and every run ends with it.
const COLUMNS = Object.entries(getTableColumns(requestLog));
const NAMES = COLUMNS.map(([, { name }]) => name);
const INSERT = `insert into "request_log" (${NAMES.join()})
  select ${COLUMNS.map(([member]) => `value ->> '${member}'`).join()} from json_each(?) where true`;
const INSERT_OR_NOTHING = `${INSERT} on conflict do nothing`;
const INSERT_OR_REPLACE = `${INSERT} on conflict (id) do update set
  ${NAMES.map((name) => `${name} = excluded.${name}`).join()}`;
/** Not there yet, or as an announcement alone. */
const IS_NEW = `not exists (select 1 from "request_log" where id = ? and status <> ${UNDER_WAY})`;

const asJson = (row: RunRow) => JSON.stringify([row]);

/** Says that a run is `UNDER_WAY`, so that whose it is can be found before it has ended. */
export function insertStart({ $client: d1 }: Database, row: RunRow): D1PreparedStatement {
  return d1.prepare(INSERT_OR_NOTHING).bind(asJson(row));
}

/**
 * A run's row and its part in a UTC day's totals: for one batch, which D1 takes as a whole or not at all. The id is
 * the run's, so that sending both again, where D1 took them and its answer was lost, adds nothing.
 */
export function logRun(db: Database, row: RunRow, day: string): D1PreparedStatement[] {
  const { inputTokens, cachedInputTokens, outputTokens, costUsd } = row;
  const totals = runTotals({ inputTokens, cachedInputTokens, outputTokens }, costUsd);
  return [
    addTotals(db, day, totals, { sql: IS_NEW, params: [row.id] }), // first: it asks whether the row is there
    db.$client.prepare(INSERT_OR_REPLACE).bind(asJson(row)),
  ];
}
