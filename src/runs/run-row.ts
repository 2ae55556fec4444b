import { isSomebodys, type RunRow } from "../db/request-log.ts";
import { PROBLEMS, Problem } from "../http/errors.ts";
import { tokenCounts } from "../openai/shapes/usage.ts";
import { NOTHING_SPENT, type Spent } from "../openai/text-calls.ts";
import { UNDER_WAY } from "./run-log.ts";
import type { RunContext } from "./runner/task.ts";

/** Who asked what: hashes alone. */
export interface Asked {
  readonly requestHash: string;
  readonly emailHash: string | null;
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
}

type RunTimes = Pick<RunContext, "runId" | "startedAt">;

/** The rows that a room's runs have in the log. */
export interface RunRows {
  done(asked: Asked, run: RunTimes, spent: Spent): RunRow;
  failed(asked: Asked, run: RunTimes, spent: Spent, error: unknown): RunRow;
  /**
   * Of a run that has just begun, so that it can be found while it is under way; undefined where there is nobody
   * to erase.
   */
  underWay(asked: Asked, run: RunTimes): RunRow | undefined;
}

export interface RunRowOptions {
  readonly route: string;
  /** Named where none was asked. */
  readonly model: string;
  readonly now: () => number;
}

export function createRunRows({ route, model, now }: RunRowOptions): RunRows {
  function done(asked: Asked, { runId, startedAt }: RunTimes, spent: Spent): RunRow {
    const { requestHash, emailHash, callerUserHash, callerAddressHash } = asked;
    const { calls, costUsd, upstreamMs } = spent;
    return {
      id: runId,
      createdAt: now(),
      route,
      status: 200,
      requestHash,
      emailHash,
      callerUserHash,
      callerAddressHash,
      model: spent.model ?? model,
      calls,
      ...tokenCounts(spent.usage),
      costUsd,
      upstreamMs,
      totalMs: now() - startedAt,
    };
  }

  return {
    done,
    failed(asked, run, spent, error) {
      const code = error instanceof Problem ? error.code : "internal";
      return { ...done(asked, run, spent), status: PROBLEMS[code].status, code };
    },
    underWay(asked, run) {
      return isSomebodys(asked) ? { ...done(asked, run, NOTHING_SPENT), status: UNDER_WAY } : undefined;
    },
  };
}
