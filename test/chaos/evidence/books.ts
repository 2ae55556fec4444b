import { LOOK, toQuestion } from "../upstream/marks.ts";
import type { Books, Entry, Question } from "./evidence.ts";
import type { Row, State } from "./state.ts";

const toEntry = ({ id, calls, cost }: Row): Entry => ({
  id: String(id),
  calls: Number(calls),
  costUsd: Number(cost),
});

function grouped(rows: readonly Row[], nameOf: (row: Row) => string | undefined): Map<string, Entry[]> {
  const groups = [...Map.groupBy(rows, nameOf)];
  return new Map(groups.flatMap(([name, group]) => (name === undefined ? [] : [[name, group.map(toEntry)]])));
}

function sum(state: State, sql: string): number {
  return Number(state.d1(sql)[0]?.usd ?? 0);
}

/**
 * The mark of what a row is about: by the address that asked, or by the place in a job, by the set that was made;
 * undefined for a set that was not, of a job whose id a kill kept from whoever asked for it.
 */
function markFinder(
  state: State,
  questions: Iterable<Question>,
  jobs: ReadonlyMap<string, readonly string[]>,
) {
  const byAddress = new Map([...questions].map(({ addressHash, mark }) => [addressHash, mark]));
  const inputs = state.d1("SELECT job_id, position, input_hash FROM pregenerate_inputs");
  const byKey = new Map(
    inputs.map(({ job_id, position, input_hash }) => [
      input_hash,
      jobs.get(String(job_id))?.[Number(position)],
    ]),
  );
  const sets = state.d1("SELECT input_hash, personas_json FROM persona_cache");
  const bySet = new Map(
    sets.map(({ input_hash, personas_json }) => [
      input_hash,
      toQuestion(LOOK.exec(String(personas_json))?.[0] ?? "") || undefined,
    ]),
  );
  return ({ address, request }: Row) => {
    const key = request ?? "";
    const mark = byKey.get(key) ?? bySet.get(key) ?? byAddress.get(String(address));
    return mark ?? (byKey.has(key) ? undefined : "");
  };
}

export function readBooks(
  state: State,
  questions: Iterable<Question>,
  jobs: ReadonlyMap<string, readonly string[]>,
): Books {
  const markOf = markFinder(state, questions, jobs);
  const rows = state.d1(`SELECT id, calls, cost_usd AS cost, caller_address_hash AS address,
    request_hash AS request FROM request_log WHERE id NOT LIKE 'key-%'`);
  const portraits =
    state.d1(`SELECT image_key AS id, attempts AS calls, cost_usd AS cost, prompt FROM persona_images
    UNION ALL SELECT '', 0, cost_usd, name FROM storm_persona_images`);
  const total = (table: string) =>
    sum(
      state,
      `SELECT (SELECT COALESCE(SUM(cost_usd), 0) FROM ${table})
      + (SELECT COALESCE(SUM(cost_usd), 0) FROM storm_${table}) AS usd`,
    );
  return {
    runs: grouped(rows, markOf),
    portraits: grouped(portraits, ({ prompt }) => LOOK.exec(String(prompt))?.[0] ?? ""),
    spentUsd: {
      totals: sum(state, "SELECT SUM(value) AS usd FROM daily_totals WHERE name = 'spentUsd'"),
      rows: total("request_log"),
    },
    portraitsUsd: {
      totals: sum(state, "SELECT SUM(cost_usd) AS usd FROM image_days"),
      rows: total("persona_images"),
    },
    limitsUsd: state
      .objects("SpendLedger", "SELECT SUM(usd) AS usd FROM money")
      .reduce((all, { usd }) => all + Number(usd), 0),
  };
}
