import { getTableColumns } from "drizzle-orm";
import { utcDay } from "../budget/guard.ts";
import { addTotals, type DayTotals, runTotals } from "../budget/totals.ts";
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
// A run that its server died under may have a row of each of its lives: the last has most calls, whenever it comes.
const INSERT_OR_REPLACE = `${INSERT} on conflict (id) do update set
  ${NAMES.map((name) => `${name} = excluded.${name}`).join()} where excluded.calls >= "request_log".calls`;
/** Not there yet, or as an announcement alone. */
const IS_NEW = `not exists
  (select 1 from "request_log" where id = part.value ->> 'id' and status <> ${UNDER_WAY})`;

/** Says that a run is `UNDER_WAY`, so that whose it is can be found before it has ended. */
export function insertStart({ $client: d1 }: Database, row: RunRow): D1PreparedStatement {
  return d1.prepare(INSERT_OR_NOTHING).bind(JSON.stringify([row]));
}

function toPart({ id, createdAt, costUsd, ...tokens }: RunRow): DayTotals & { readonly id: string } {
  return { id, day: utcDay(createdAt), increments: runTotals(tokens, costUsd) };
}

/**
 * Runs' rows and their part in the totals of the UTC day on which each ended: for one batch, which D1 takes as a
 * whole or not at all. The id is the run's, so that what comes twice, in one batch or in two, adds nothing.
 */
export function logRuns(db: Database, rows: readonly RunRow[]): D1PreparedStatement[] {
  const ordered = rows.toSorted((one, other) => one.calls - other.calls);
  const once = [...new Map(ordered.map((row) => [row.id, row])).values()];
  return [
    addTotals(db, once.map(toPart), IS_NEW), // first: it asks whether the row is there
    db.$client.prepare(INSERT_OR_REPLACE).bind(JSON.stringify(once)),
  ];
}
