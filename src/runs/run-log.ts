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
<<<<<<< HEAD
  ${NAMES.map((name) => `${name} = excluded.${name}`).join()} where excluded.calls >= "request_log".calls`;
/** Not there yet, or as an announcement alone. */
const IS_NEW = `not exists
  (select 1 from "request_log" where id = part.value ->> 'id' and status <> ${UNDER_WAY})`;
=======
  ${NAMES.map((name) => `${name} = excluded.${name}`).join()}`;
/** A run's part in the totals so far, by the names of `runTotals`: nothing of one that is only announced. */
const COUNTED = `select case key when 'generated' then 1 when 'tokens.input' then input_tokens
    when 'tokens.cachedInput' then cached_input_tokens when 'tokens.output' then output_tokens
    when 'spentUsd' then cost_usd end
  from "request_log" where id = ? and status <> ${UNDER_WAY}`;

const asJson = (row: RunRow) => JSON.stringify([row]);
>>>>>>> main

/** Says that a run is `UNDER_WAY`, so that whose it is can be found before it has ended. */
export function insertStart({ $client: d1 }: Database, row: RunRow): D1PreparedStatement {
  return d1.prepare(INSERT_OR_NOTHING).bind(JSON.stringify([row]));
}

function toPart({ id, createdAt, costUsd, ...tokens }: RunRow): DayTotals & { readonly id: string } {
  return { id, day: utcDay(createdAt), increments: runTotals(tokens, costUsd) };
}

/**
<<<<<<< HEAD
 * Runs' rows and their part in the totals of the UTC day on which each ended: for one batch, which D1 takes as a
 * whole or not at all. The id is the run's, so that what comes twice, in one batch or in two, adds nothing.
=======
 * A run's row and its part in a UTC day's totals: for one batch, which D1 takes as a whole or not at all. The id is
 * the run's, so that the totals are what the rows come to: sending both again, where D1 took them and its answer was
 * lost, adds nothing, and a run that went on after its server had died adds what it has spent since.
>>>>>>> main
 */
export function logRuns(db: Database, rows: readonly RunRow[]): D1PreparedStatement[] {
  const ordered = rows.toSorted((one, other) => one.calls - other.calls);
  const once = [...new Map(ordered.map((row) => [row.id, row])).values()];
  return [
<<<<<<< HEAD
    addTotals(db, once.map(toPart), IS_NEW), // first: it asks whether the row is there
    db.$client.prepare(INSERT_OR_REPLACE).bind(JSON.stringify(once)),
=======
    addTotals(db, day, totals, { sql: COUNTED, params: [row.id] }), // first: it asks what the row has
    db.$client.prepare(INSERT_OR_REPLACE).bind(asJson(row)),
>>>>>>> main
  ];
}
