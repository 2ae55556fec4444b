import type { Failure } from "../../http/errors.ts";
import { toProblem } from "../../http/log-cause.ts";
import { log } from "../../log.ts";

/** What a caller is told of a run that failed. The reason goes into the log. */
export function toFailure(error: unknown, run: string): Failure {
  const { code, options } = toProblem(error, { run }, (fields) => log.error("run.failed", fields));
  const { detail, retryAfterSeconds } = options;
  return {
    code,
    ...(detail !== undefined && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}
