import { describeError, type LogFields, log } from "../log.ts";
import { overloaded, unavailability } from "./availability.ts";
import { PROBLEMS, Problem } from "./errors.ts";

/** An error of ours wraps the upstream's, which wraps the platform's. */
const MAX_CAUSES = 4;

function findRoot(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < MAX_CAUSES && root instanceof Error && root.cause !== undefined; depth += 1)
    root = root.cause;
  return root;
}

/**
 * One line that says why a problem came about, where it has a cause: what the caller is not told. Of a caller's own
 * fault (below 500) nothing is said: its cause quotes what the caller sent.
 */
export function logCause({ code, cause }: Problem, fields: LogFields): void {
  if (cause === undefined || PROBLEMS[code].status < 500) return;
  log.warn("problem.cause", { ...fields, code, ...describeError(findRoot(cause)) });
}

/** What a caller is told of an error; the log has the reason, by `logOther` where it is no problem of ours. */
export function toProblem(error: unknown, fields: LogFields, logOther: (fields: LogFields) => void): Problem {
  if (error instanceof Problem) {
    logCause(error, fields);
    return error;
  }
  logOther({ ...fields, ...describeError(error) });
  return unavailability(error) ? overloaded(error) : new Problem("internal");
}
