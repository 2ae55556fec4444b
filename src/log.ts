import { createBurstLog, type Later } from "./log-burst.ts";

/**
 * What a log line may hold. A closed list, so that no body, e-mail, prompt or key can get in by accident:
 * every text here is a route's pattern, a code, a hash, a name of ours, or an error's class and stack.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly method?: string;
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
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
  readonly reason?: string;
  readonly error?: string;
  readonly frames?: readonly string[];
}

type Level = "info" | "warn" | "error";

function lineOf(level: Level, event: string, fields: LogFields): string {
  return JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
}

// At one level for all: wrangler dev paints what comes at the others, and a line is to stay one JSON object.
function write(level: Level, event: string, fields: LogFields): void {
  console.info(lineOf(level, event, fields));
}

const writeInBursts = createBurstLog({ write: (text) => console.info(text), now: () => Date.now() });

export const log = {
  info: (event: string, fields: LogFields = {}) => write("info", event, fields),
  warn: (event: string, fields: LogFields = {}) => write("warn", event, fields),
  error: (event: string, fields: LogFields = {}) => write("error", event, fields),
  /** For what a busy isolate says hundreds of times a second. */
  often: (event: string, fields: LogFields, later: Later) =>
    writeInBursts(lineOf("info", event, fields), later),
};

const MAX_FRAMES = 6;

// A message may quote a prompt, a body or the parameters of a query; only the database's own are known not to.
function reasonOf(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : "";
  return /^D1_[A-Z_]*ERROR: /.test(message) ? message.slice(0, 200) : undefined;
}

/** An error without its message: class, place, and what the database said. */
export function describeError(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const reason = reasonOf(error) ?? reasonOf(error.cause);
  return {
    error: error.name,
    frames: frames.slice(0, MAX_FRAMES).map((line) => line.trim()),
    ...(reason !== undefined && { reason }),
  };
}
