import type { Evidence, Finding } from "./evidence/evidence.ts";

const MAX_SHOWN = 40;

function counted(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name);
  return [...groups].map(([name, all]) => `${all.length} ${name}`).join(", ") || "none";
}

const toLine = ({ check, what, explainedBy }: Finding) =>
  `  ${check}: ${what}${explainedBy === undefined ? "" : `: ${explainedBy}`}`;

/** What a storm was, and what the ledger has to say, for a terminal. */
export function report(seed: number, evidence: Evidence, remarks: readonly Finding[]): string {
  const { sent, questions, calls, kills, faults, erased, served } = evidence;
  const problems = sent.flatMap(({ end, code }) => (end === "problem" ? [String(code)] : []));
  const findings = remarks.filter(({ explainedBy }) => explainedBy === undefined);
  const explained = remarks.filter(({ explainedBy }) => explainedBy !== undefined);
  return [
    `seed ${seed}: ${sent.length} requests (${counted(sent.map(({ end }) => end))})`,
    `problems: ${counted(problems)}`,
    `${questions.length} questions, ${calls.length} upstream calls, ${calls.filter(({ good }) => good).length} of them good`,
    `${kills.length} kills; bindings that failed: ${counted(faults.map(({ binding }) => binding))}`,
    `${erased.length} people erased; ${served.length} looks at portraits that are stored`,
    explained.length === 0 ? "nothing was lost to a kill" : `${explained.length} explained by a kill:`,
    ...explained.slice(0, MAX_SHOWN).map(toLine),
    findings.length === 0 ? "no finding" : `${findings.length} findings:`,
    ...findings.slice(0, MAX_SHOWN).map(toLine),
    ...(findings.length > 0 ? [`again: npm run chaos -- --seed ${seed}`] : []),
  ].join("\n");
}
