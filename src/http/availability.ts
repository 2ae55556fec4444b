import { Problem } from "./errors.ts";

/** `overloaded`: to be left alone for a while. `lost`: the connection or the object went; a fresh one may answer. */
export type Unavailability = "overloaded" | "lost";

// An overloaded object or database sheds its queue within seconds.
const RETRY_AFTER_SECONDS = 5;
/** Drizzle wraps D1's error, which may have one of its own. */
const MAX_CAUSES = 4;

// Only what begins so is the platform's own: further on, a message may quote what a caller wrote.
const PREFIX = "^(?:D1_[A-Z_]*ERROR: )?";
/** The lists of "Error handling" (Durable Objects) and "Debug D1". */
const OVERLOADED = new RegExp(`${PREFIX}(?:D1 DB|Durable Object) is overloaded`);
const LOST = new RegExp(
  `${PREFIX}(?:Network connection lost|Cannot resolve D1 DB due to transient issue|` +
    "(?:Durable Object|D1 DB) (?:storage operation exceeded timeout which caused object to be )?reset|" +
    "(?:D1 DB|Durable Object) storage operation exceeded timeout|" +
    "Internal error (?:while starting up|in) (?:D1 DB|Durable Object) storage caused object to be reset)",
);
// R2's "Error codes" end its messages: internal error and service unavailable; too many requests.
const R2_ERROR = /^(?:get|head|put|list|delete): .*\((\d+)\)$/;
const R2_LOST = ["10001", "10043"];
const R2_OVERLOADED = "10058";

function ofBucket(message: string): Unavailability | undefined {
  const code = R2_ERROR.exec(message)?.[1] ?? "";
  if (code === R2_OVERLOADED) return "overloaded";
  return R2_LOST.includes(code) ? "lost" : undefined;
}

function ofOne(error: Error): Unavailability | undefined {
  const { overloaded, retryable, durableObjectReset } = error as Error & Record<string, unknown>;
  if (overloaded === true || OVERLOADED.test(error.message)) return "overloaded";
  if (retryable === true || durableObjectReset === true || LOST.test(error.message)) return "lost";
  return ofBucket(error.message);
}

/** Whether D1, R2 or a Durable Object could not be reached, as the platform's errors say; undefined: anything else. */
export function unavailability(error: unknown): Unavailability | undefined {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    const found = ofOne(cause);
    if (found) return found;
    cause = cause.cause;
  }
  return undefined;
}

/** The problem that such an error is to a caller (CONTRACT §2). */
export function overloaded(cause: unknown): Problem {
  return new Problem("overloaded", { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** Asks what changes nothing when it is asked twice: once more where the connection was lost. */
export async function askAgainIfLost<A>(ask: () => Promise<A>): Promise<A> {
  try {
    return await ask();
  } catch (error) {
    if (unavailability(error) !== "lost") throw error;
    return await ask();
  }
}

/** How long D1 or R2 is waited for with what was paid for, or must be found. Milliseconds. */
const INSIST_PAUSES_MS = [200, 1_000, 4_000];

/** Asks for what must not be lost and changes nothing when it is asked twice: three times more, within some 5 s. */
export async function insist<A>(ask: () => Promise<A>): Promise<A> {
  let asked = ask();
  for (const pauseMs of INSIST_PAUSES_MS) asked = asked.catch(() => scheduler.wait(pauseMs).then(ask));
  return await asked;
}
