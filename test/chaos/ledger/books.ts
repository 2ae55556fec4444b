import type { Call, Entry, Evidence, Finding } from "../evidence/evidence.ts";
import { boundsOf, killsOf, wasRefused } from "./explained.ts";

/** Sums of floating-point numbers; a hundredth of what the cheapest call costs. US dollars. */
const ROUNDING_USD = 1e-8;

interface Account {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly calls: readonly Call[];
  /** What the entries are found by, where a binding failed for one. */
  readonly ids: readonly string[];
}

function unequal({ name, entries, calls, ids }: Account, evidence: Evidence): string | undefined {
  const booked = entries.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const kills = new Set(calls.flatMap((call) => killsOf(call, evidence)));
  const mayLack = kills.size > 0 || wasRefused([...ids, ...entries.map(({ id }) => id)], evidence);
  const [least, most] = boundsOf(calls);
  // What a run spent in a life that ended under it counts at its worst.
  const worst = calls.reduce((sum, { worstUsd, billedUsd = 0 }) => sum + Math.max(worstUsd, billedUsd), 0);
  const [from, to] = [mayLack ? 0 : least, kills.size > 0 ? worst : most];
  if (booked >= from - ROUNDING_USD && booked <= to + ROUNDING_USD) return undefined;
  const bills = calls.map(({ billedUsd, worstUsd }) => billedUsd ?? `up to ${worstUsd}`).join(" + ");
  return `${name}: ${booked} in the books, ${bills || 0} upstream`;
}

function accounts({ questions, books, calls, erased }: Evidence): Account[] {
  const byMark = Map.groupBy(calls, ({ mark }) => mark);
  const kept = questions.filter(({ person = "" }) => !erased.includes(person));
  const keptMarks = new Set(kept.map(({ mark }) => mark));
  const looks = [...byMark.keys()].filter(
    (mark) => keptMarks.has(mark.split("-")[0] ?? "") && mark.includes("-"),
  );
  return [
    ...kept.map(({ mark, addressHash }) => {
      const entries = books.runs.get(mark) ?? [];
      return { name: mark, entries, calls: byMark.get(mark) ?? [], ids: [addressHash] };
    }),
    ...looks.map((look) => {
      const entry = books.portraits.get(look);
      return { name: look, entries: entry ? [entry] : [], calls: byMark.get(look) ?? [], ids: [] };
    }),
  ];
}

function unequalSums({ books, calls, erased, questions }: Evidence): string[] {
  const gone = new Set(
    questions.filter(({ person = "" }) => erased.includes(person)).map(({ mark }) => mark),
  );
  const ofErased = calls.filter(
    ({ kind, mark }) => kind === "portrait" && gone.has(mark.split("-")[0] ?? ""),
  );
  const [, slack] = boundsOf(ofErased);
  const text = Math.abs(books.spentUsd.totals - books.spentUsd.rows);
  const more = books.portraitsUsd.totals - books.portraitsUsd.rows;
  return [
    ...(text > ROUNDING_USD
      ? [`text: ${books.spentUsd.totals} in the totals, ${books.spentUsd.rows} in the rows`]
      : []),
    // A portrait that was erased while it was made is counted, and has no row any more.
    ...(more < -ROUNDING_USD || more > slack + ROUNDING_USD
      ? [`portraits: ${books.portraitsUsd.totals} in the totals, ${books.portraitsUsd.rows} in the rows`]
      : []),
  ];
}

/** The books equal the upstream's own bill, work by work and in the sum. */
export function checkBooks(evidence: Evidence): Finding[] {
  const strangers = evidence.books.runs.get("") ?? [];
  const said = [
    ...accounts(evidence).flatMap((account) => unequal(account, evidence) ?? []),
    ...unequalSums(evidence),
    ...strangers.map(({ id }) => `run ${id} is no question's`),
  ];
  return said.map((what) => ({ check: "books", what }));
}
