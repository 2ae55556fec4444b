import type { Evidence, Finding } from "../evidence/evidence.ts";

/** A connection that goes with the server does so at once; the proxy before it may take a little. Milliseconds. */
const NOTICED_WITHIN_MS = 1_000;

/** Every request ended in an answer or a typed error, unless its client hung up or its server was killed. */
export function checkEnds({ sent, kills }: Evidence): Finding[] {
  return sent.flatMap(({ what, mark = "", end, status, code = "", from, to }) => {
    const killed = kills.some((kill) => from <= kill.to && kill.from <= to + NOTICED_WITHIN_MS);
    const isRight = end === "answer" || end === "hung up" || (end === "problem" && code !== "internal");
    if (isRight || (end === "broken" && killed)) return [];
    return [{ check: "ends", what: `${what} ${mark}: ${end} ${status} ${code}` }];
  });
}
