import { getTableColumns } from "drizzle-orm";
import { utcDay } from "../budget/guard.ts";
import { addTotals, type DayTotals, runTotals } from "../budget/totals.ts";
import type { Database } from "../db/client.ts";
import { isSomebodys, type RunRow } from "../db/request-log.ts";
import { requestLog } from "../db/schema.ts";
import { PROBLEMS, Problem } from "../http/errors.ts";
import { tokenCounts } from "../openai/shapes/usage.ts";
import { NOTHING_SPENT, type Spent } from "../openai/text-call.ts";
import type { RunContext } from "./runner/task.ts";

/** Who asked what: hashes alone. */
export interface Asked {
  readonly requestHash: string;
  readonly emailHash: string | null;
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
}

type RunTimes = Pick<RunContext, "runId" | "startedAt">;

/** The rows that a room's runs have in the log. */
export interface RunRows {
  done(asked: Asked, run: RunTimes, spent: Spent): RunRow;
  failed(asked: Asked, run: RunTimes, spent: Spent, error: unknown): RunRow;
  /**
   * Of a run that has just begun, so that it can be found while it is under way; undefined where there is nobody
   * to erase.
   */
  underWay(asked: Asked, run: RunTimes): RunRow | undefined;
}

export interface RunRowOptions {
  readonly route: string;
  /** Named where none was asked. */
  readonly model: string;
  readonly now: () => number;
}

export function createRunRows({ route, model, now }: RunRowOptions): RunRows {
  function done(asked: Asked, { runId, startedAt }: RunTimes, spent: Spent): RunRow {
    const { requestHash, emailHash, callerUserHash, callerAddressHash } = asked;
    const { calls, costUsd, upstreamMs } = spent;
    return {
      id: runId,
      createdAt: now(),
      route,
      status: 200,
      requestHash,
      emailHash,
      callerUserHash,
      callerAddressHash,
      model: spent.model ?? model,
      calls,
      ...tokenCounts(spent.usage),
      costUsd,
      upstreamMs,
      totalMs: now() - startedAt,
    };
  }

  return {
    done,
    failed(asked, run, spent, error) {
      const code = error instanceof Problem ? error.code : "internal";
      return { ...done(asked, run, spent), status: PROBLEMS[code].status, code };
    },
    underWay(asked, run) {
      return isSomebodys(asked) ? { ...done(asked, run, NOTHING_SPENT), status: UNDER_WAY } : undefined;
    },
  };
}

/** Status of a run that has not ended (RFC 9110 §15.2 calls 102 informational): never seen by a caller. */
export const UNDER_WAY = 102;

// Once an isolate: the query builder would take longer for this statement than D1 does, and every run ends with it.
const COLUMNS = Object.entries(getTableColumns(requestLog));
const NAMES = COLUMNS.map(([, { name }]) => name);
const INSERT = `insert into "request_log" (${NAMES.join()})
  select ${COLUMNS.map(([member]) => `value ->> '${member}'`).join()} from json_each(?) where true`;
const INSERT_OR_NOTHING = `${INSERT} on conflict do nothing`;
const INSERT_OR_REPLACE = `${INSERT} on conflict (id) do update set
  ${NAMES.map((name) => `${name} = excluded.${name}`).join()} where excluded.calls >= "request_log".calls`;
/**
 * A run's part in the totals so far, by the names of `runTotals`: nothing of one that is only announced. Of one whose
 * row has more calls, all: what an earlier life of it has said comes late.
 */
const COUNTED = `select case when calls > part.value ->> 'calls' then total.value
    else case total.key when 'generated' then 1 when 'tokens.input' then input_tokens
      when 'tokens.cachedInput' then cached_input_tokens when 'tokens.output' then output_tokens
      when 'spentUsd' then cost_usd end end
  from "request_log" where id = part.value ->> 'id' and status <> ${UNDER_WAY}`;

/** Says that a run is `UNDER_WAY`, so that whose it is can be found before it has ended. */
export function insertStart({ $client: d1 }: Database, row: RunRow): D1PreparedStatement {
  return d1.prepare(INSERT_OR_NOTHING).bind(JSON.stringify([row]));
}

type RunPart = DayTotals & Pick<RunRow, "id" | "calls">;

function toPart({ id, calls, createdAt, costUsd, ...tokens }: RunRow): RunPart {
  return { id, calls, day: utcDay(createdAt), increments: runTotals(tokens, costUsd) };
}

/**
 * Runs' rows and their part in the totals of the UTC day on which each ended: for one batch, which D1 takes as a
 * whole or not at all. The id is the run's, so that the totals are what the rows come to: one that comes twice, in one
 * batch or in two, adds nothing, and a run that went on after its server had died adds what it has spent since.
 */
export function logRuns(db: Database, rows: readonly RunRow[]): D1PreparedStatement[] {
  const ordered = rows.toSorted((one, other) => one.calls - other.calls);
  const once = [...new Map(ordered.map((row) => [row.id, row])).values()];
  return [
    addTotals(db, once.map(toPart), COUNTED), // first: it asks what the rows are
    db.$client.prepare(INSERT_OR_REPLACE).bind(JSON.stringify(once)),
  ];
}
