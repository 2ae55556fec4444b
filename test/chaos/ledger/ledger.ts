import type { Evidence, Finding } from "../evidence/evidence.ts";
import { checkAnswers } from "./answers.ts";
import { checkBooks } from "./books.ts";
import { checkEnds } from "./ends.ts";
import { checkPayments } from "./payments.ts";

function checkPortraits({ served }: Evidence): Finding[] {
  return served.flatMap(({ look, size, wrong }) => {
    return wrong === undefined ? [] : [{ check: "portraits", what: `${look}, ${size}: ${wrong}` }];
  });
}

const checkStuck = ({ stuck }: Evidence): Finding[] => stuck.map((what) => ({ check: "stuck", what }));

const checkErased = ({ remains }: Evidence): Finding[] =>
  remains.map(({ person, where }) => ({ check: "erased", what: `${person}: ${where}` }));

const CHECKS = [checkEnds, checkAnswers, checkPayments, checkBooks, checkPortraits, checkStuck, checkErased];

/** Whatever is not as it should be; nothing where all is well. */
export function findings(evidence: Evidence): Finding[] {
  return CHECKS.flatMap((check) => check(evidence));
}
