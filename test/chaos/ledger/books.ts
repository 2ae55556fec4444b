import type { Call, Entry, Evidence, Finding, Question } from "../evidence/evidence.ts";
import { toQuestion } from "../upstream/marks.ts";
import {
  type Bounds,
  boundsOf,
  brokenBy,
  explain,
  interruptionsOf,
  killsOf,
  wasStopped,
} from "./explained.ts";

/** Sums of floating-point numbers; a hundredth of what the cheapest call costs. US dollars. */
const ROUNDING_USD = 1e-8;

/** A portrait's row is settled once its sizes are made, as long after the call as its lease lasts. Milliseconds. */
const BOOKED_WITHIN_MS = { chat: 6_000, personas: 6_000, portrait: 25_000 };

interface Account {
  readonly name: string;
  readonly entries: readonly Entry[];
  readonly calls: readonly Call[];
}

const bookedIn = (entries: readonly Entry[]) => entries.reduce((sum, { costUsd }) => sum + costUsd, 0);

function unequal({ name, entries, calls }: Account, evidence: Evidence): Finding[] {
  const booked = bookedIn(entries);
  const isWithin = ([least, most]: Bounds) => booked >= least - ROUNDING_USD && booked <= most + ROUNDING_USD;
  const isStopped = (call: Call) => wasStopped(call, evidence);
  const isLost = (call: Call) =>
    isStopped(call) || killsOf(call, evidence, BOOKED_WITHIN_MS[call.kind]).length > 0;
  if (isWithin(boundsOf(calls)) || isWithin(boundsOf(calls, isStopped))) return [];
  const bills = calls.map(({ billedUsd, worstUsd }) => billedUsd ?? `up to ${worstUsd}`).join(" + ");
  const finding = { check: "books", what: `${name}: ${booked} in the books, ${bills || 0} upstream` };
  // The entry may be what a kill took, or have what it came upon at its worst, were it not even sent yet.
  const broken = brokenBy(name, evidence);
  const interruptions = interruptionsOf(name, evidence);
  const unsent = (broken.length + interruptions) * Math.max(0, ...calls.map(({ worstUsd }) => worstUsd));
  const isExplained = isWithin([0, boundsOf(calls, isLost)[1] + unsent]);
  const late = calls.flatMap((call) => killsOf(call, evidence, BOOKED_WITHIN_MS[call.kind]));
  const kills = [...broken, ...late, ...(interruptions > 0 ? evidence.kills : [])];
  return [isExplained ? explain(finding, calls, evidence, kills) : finding];
}

const isOf =
  (persons: readonly string[]) =>
  ({ person = "" }: Question) =>
    persons.includes(person);

function accounts({ questions, books, calls, erased }: Evidence): Account[] {
  const byMark = Map.groupBy(calls, ({ mark }) => mark);
  const kept = questions.filter((question) => !isOf(erased)(question)).map(({ mark }) => mark);
  const keptMarks = new Set(kept);
  const looks = [...byMark.keys()].filter((mark) => mark.includes("-") && keptMarks.has(toQuestion(mark)));
  const account = (name: string, entries: readonly Entry[] = []) => {
    return { name, entries, calls: byMark.get(name) ?? [] };
  };
  return [
    ...kept.map((mark) => account(mark, books.runs.get(mark))),
    ...looks.map((look) => account(look, books.portraits.get(look))),
  ];
}

/** What portraits of the erased did cost once their rows were gone: it is counted, and in no row. */
function withoutRows(evidence: Evidence): number {
  const { books, calls, erased, questions } = evidence;
  const gone = new Set(questions.filter(isOf(erased)).map(({ mark }) => mark));
  const ofErased = calls.filter(({ kind, mark }) => kind === "portrait" && gone.has(toQuestion(mark)));
  return [...Map.groupBy(ofErased, ({ mark }) => mark)].reduce((sum, [look, its]) => {
    const [, most] = boundsOf(its, (call) => killsOf(call, evidence).length > 0);
    return sum + Math.max(0, most - bookedIn(books.portraits.get(look) ?? []));
  }, 0);
}

function unequalSums(evidence: Evidence): string[] {
  const { spentUsd, portraitsUsd, limitsUsd } = evidence.books;
  const text = Math.abs(spentUsd.totals - spentUsd.rows);
  const more = portraitsUsd.totals - portraitsUsd.rows;
  const [billed] = boundsOf(evidence.calls);
  return [
    ...(text > ROUNDING_USD ? [`text: ${spentUsd.totals} in the totals, ${spentUsd.rows} in the rows`] : []),
    ...(more < -ROUNDING_USD || more > withoutRows(evidence) + ROUNDING_USD
      ? [`portraits: ${portraitsUsd.totals} in the totals, ${portraitsUsd.rows} in the rows`]
      : []),
    ...(limitsUsd < billed - ROUNDING_USD ? [`limits: ${limitsUsd} counted, ${billed} billed`] : []),
  ];
}

/** The books equal the upstream's own bill, work by work and in the sum. */
export function checkBooks(evidence: Evidence): Finding[] {
  const strangers = evidence.books.runs.get("") ?? [];
  const said = [...unequalSums(evidence), ...strangers.map(({ id }) => `run ${id} is no question's`)];
  return [
    ...accounts(evidence).flatMap((account) => unequal(account, evidence)),
    ...said.map((what) => ({ check: "books", what })),
  ];
}
