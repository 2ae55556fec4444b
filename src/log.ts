import { createCountedLog, type Later } from "./counted-log.ts";
import type { ErrorFields } from "./describe-error.ts";

export { describeError } from "./describe-error.ts";

/**
 * What a log line may hold. A closed list, so that no body, e-mail, prompt or key can get in by accident:
 * every text here is a route's pattern, a code, a hash, a name of ours, or an error's class and frames.
 */
export interface LogFields extends ErrorFields {
  readonly requestId?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly tier?: string;
  readonly durationMs?: number;
  readonly run?: string;
  readonly model?: string;
  readonly calls?: number;
  readonly upstreamMs?: number;
  readonly upstreamStatus?: number;
  readonly inputTokens?: number;
  readonly cachedInputTokens?: number;
  readonly outputTokens?: number;
  readonly costUsd?: number;
  /** The first 12 characters of an image key. */
  readonly image?: string;
  readonly bytes?: number;
  readonly count?: number;
  readonly variable?: string;
}

type Level = "info" | "warn" | "error";

// At one level for all: wrangler dev paints what comes at the others, and a line is to stay one JSON object.
function write(level: Level, event: string, fields: LogFields): void {
  console.info(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }));
}

const countHit = createCountedLog<LogFields>({
  write: (fields, counted) => write("info", "request", { ...fields, ...counted }),
  now: () => Date.now(),
});

export const log = {
  info: (event: string, fields: LogFields = {}) => write("info", event, fields),
  warn: (event: string, fields: LogFields = {}) => write("warn", event, fields),
  error: (event: string, fields: LogFields = {}) => write("error", event, fields),
  /** A hit from memory, which a busy isolate has hundreds of a second: one record a second has their count. */
  hit: (fields: LogFields, durationMs: number, later: Later) => countHit(fields, durationMs, later),
};
