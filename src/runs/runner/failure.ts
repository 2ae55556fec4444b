import { overloaded, unavailability } from "../../http/availability.ts";
import { type Failure, Problem } from "../../http/errors.ts";
import { logCause } from "../../http/log-cause.ts";
import { describeError, log } from "../../log.ts";

function toProblem(error: unknown, run: string): Problem {
  if (error instanceof Problem) {
    logCause(error, { run });
    return error;
  }
  log.error("run.failed", { run, ...describeError(error) });
  return unavailability(error) ? overloaded(error) : new Problem("internal");
}

/** What a caller is told of a run that failed. The reason goes into the log. */
export function toFailure(error: unknown, run: string): Failure {
  const { code, options } = toProblem(error, run);
  const { detail, retryAfterSeconds } = options;
  return {
    code,
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
