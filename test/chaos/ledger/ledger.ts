import type { Evidence, Finding } from "../evidence/evidence.ts";
import { checkAnswers } from "./answers.ts";
import { checkBooks } from "./books.ts";
import { checkEnds } from "./ends.ts";
import { checkPayments } from "./payments.ts";
import { checkPortraits } from "./portraits.ts";

const checkStuck = ({ stuck }: Evidence): Finding[] => stuck.map((what) => ({ check: "stuck", what }));

const checkErased = ({ remains }: Evidence): Finding[] =>
  remains.map(({ person, where }) => ({ check: "erased", what: `${person}: ${where}` }));

const CHECKS = [checkEnds, checkAnswers, checkPayments, checkBooks, checkPortraits, checkStuck, checkErased];

/** Whatever is not as it should be, what a kill explains among it. */
export function remarks(evidence: Evidence): Finding[] {
  return CHECKS.flatMap((check) => check(evidence));
}

/** The same without what is explained: nothing where all is well. */
export function findings(evidence: Evidence): Finding[] {
  return remarks(evidence).filter(({ explainedBy }) => explainedBy === undefined);
}
