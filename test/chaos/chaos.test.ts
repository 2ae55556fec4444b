import { beforeAll, describe, expect, it } from "vitest";
import { chaos } from "./chaos.ts";
import type { Call, Evidence } from "./evidence/evidence.ts";
import { findRemains } from "./evidence/remains.ts";
import { openState } from "./evidence/state.ts";
import { boundsOf, killsUnder } from "./ledger/explained.ts";
import { findings, remarks } from "./ledger/ledger.ts";
import { report } from "./report.ts";
import { toQuestion } from "./upstream/marks.ts";

/** A short storm; a long one is `npm run chaos`. */
const SEED = Number(process.env.CHAOS_SEED ?? 1);
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 30);

let evidence: Evidence;
/** Someone who is still there, looked for as if erased. */
let planted: readonly string[] = [];

beforeAll(async () => {
  evidence = await chaos({ seed: SEED, seconds: SECONDS, visitors: 6 }, (stateFolder, notes) => {
    const gone = new Set(notes.erased.map(({ name }) => name));
    const [kept] = [...notes.questions.values()].filter(
      ({ person = "" }) => person !== "" && !gone.has(person),
    );
    const missed = notes.people.filter(({ name }) => name === kept?.person);
    const remains = findRemains(openState(stateFolder), { ...notes, erased: missed });
    planted = remains.map(({ where }) => where);
  });
}, 240_000);

/** The kinds of what the ledger finds where `change` is put over what was seen. */
function found(change: Partial<Evidence>): string[] {
  const before = new Set(findings(evidence).map(({ what }) => what));
  const all = findings({ ...evidence, ...change }).filter(({ what }) => !before.has(what));
  return [...new Set(all.map(({ check }) => check))];
}

describe("a storm", () => {
  it(`leaves nothing that the ledger finds (${SECONDS} seconds, CHAOS_SEED=${SEED})`, () => {
    expect(findings(evidence), report(SEED, evidence, remarks(evidence))).toEqual([]);
  });

  it("had every kind of request, an answer to most, kills and faults", () => {
    const kinds = new Set(evidence.sent.filter(({ end }) => end === "answer").map(({ what }) => what));
    for (const kind of [
      "personas",
      "personas as a stream",
      "chat",
      "chat as a stream",
      "a portrait",
      "an erasure",
    ]) {
      expect(kinds).toContain(kind);
    }
    expect(evidence.kills.length).toBeGreaterThan(0);
    expect(evidence.faults.length).toBeGreaterThan(0);
    expect(evidence.served.length).toBeGreaterThan(0);
  });
});

/** A good call of a question that was neither refreshed nor stopped, none of whose calls a kill came upon. */
function undisturbed(kind: Call["kind"]): Call {
  const kept = new Set(
    evidence.questions
      .filter(({ runs, person = "" }) => runs === 1 && !evidence.erased.includes(person))
      .map(({ mark }) => mark),
  );
  const isQuiet = ({ mark }: Call) => {
    const its = evidence.calls.filter((one) => one.mark === mark);
    return killsUnder(its, evidence).size === 0;
  };
  const call = evidence.calls.find(
    (one) => one.kind === kind && one.good && kept.has(toQuestion(one.mark)) && isQuiet(one),
  );
  if (!call) throw new Error(`no undisturbed call for ${kind}`);
  return call;
}

describe("the ledger finds", () => {
  it("an answer that was swapped with another's", () => {
    const chats = evidence.answers.filter(({ what, whole }) => what.startsWith("chat") && whole);
    const [one] = chats;
    const other = chats.find(({ mark }) => mark !== one?.mark);
    const answers = evidence.answers.map((answer) =>
      answer === one ? { ...one, text: other?.text ?? "" } : answer,
    );
    expect(found({ answers })).toEqual(["answers"]);
  });

  it("an answer that has lost a word", () => {
    const [one] = evidence.answers.filter(({ what, whole }) => what.startsWith("chat") && whole);
    const answers = evidence.answers.map((answer) => {
      return answer === one ? { ...one, text: one.text.replace(/ \S+/, "") } : answer;
    });
    expect(found({ answers })).toEqual(["answers"]);
  });

  it("a call that was paid for twice", () => {
    expect(found({ calls: [...evidence.calls, undisturbed("chat")] })).toContain("payments");
    expect(found({ calls: [...evidence.calls, undisturbed("personas")] })).toContain("payments");
    expect(found({ calls: [...evidence.calls, undisturbed("portrait")] })).toContain("payments");
  });

  it("a portrait that was lost, or is another's", () => {
    const [first, ...rest] = evidence.served;
    if (!first) throw new Error("no portrait was served");
    expect(found({ served: [{ ...first, wrong: "404" }, ...rest] })).toEqual(["portraits"]);
    const { mark } = undisturbed("portrait");
    expect(found({ served: evidence.served.filter(({ look }) => look !== mark) })).toEqual(["portraits"]);
  });

  it("a total that is off by a cent", () => {
    const { books } = evidence;
    const spentUsd = { ...books.spentUsd, totals: books.spentUsd.totals + 0.01 };
    expect(found({ books: { ...books, spentUsd } })).toEqual(["books"]);
    const portraitsUsd = { ...books.portraitsUsd, totals: books.portraitsUsd.totals - 0.01 };
    expect(found({ books: { ...books, portraitsUsd } })).toEqual(["books"]);
    const [billed] = boundsOf(evidence.calls);
    expect(found({ books: { ...books, limitsUsd: billed - 0.01 } })).toEqual(["books"]);
  });

  it("a row that is off by a ten-thousandth of a cent, and one that is missing", () => {
    const { mark } = undisturbed("chat");
    const { books } = evidence;
    const [row] = books.runs.get(mark) ?? [];
    if (!row) throw new Error(`no row of ${mark}`);
    const rows = (...of: (typeof row)[]) => ({ ...books, runs: new Map([...books.runs, [mark, of]]) });
    expect(found({ books: rows({ ...row, costUsd: row.costUsd + 1e-6 }) })).toEqual(["books"]);
    expect(found({ books: rows() })).toEqual(["books"]);
  });

  it("a person who was to be erased and is still there, in D1 and in an object", () => {
    expect(planted.some((where) => where.includes("D1Database"))).toBe(true);
    expect(planted.some((where) => where.includes("ChatStream") || where.includes("PersonaGeneration"))).toBe(
      true,
    );
    expect(found({ remains: [{ person: "P1Z", where: planted[0] ?? "" }] })).toEqual(["erased"]);
  });

  it("a request without an end, one that broke by itself, and an internal error", () => {
    const [first] = evidence.sent;
    if (!first) throw new Error("nothing was sent");
    const quiet = { ...first, from: 0, to: 1 };
    const more = (end: "late" | "broken" | "problem", code: string) => [
      ...evidence.sent,
      { ...quiet, end, code },
    ];
    expect(found({ sent: more("late", "") })).toEqual(["ends"]);
    expect(found({ sent: more("broken", "ECONNRESET") })).toEqual(["ends"]);
    expect(found({ sent: more("problem", "internal") })).toEqual(["ends"]);
  });

  it("what has not come to its end", () => {
    expect(found({ stuck: ["portrait 1"] })).toEqual(["stuck"]);
  });
});
