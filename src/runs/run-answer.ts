import { asRecord } from "../as-record.ts";
import { type Increments, type Saved, savedTotals } from "../budget/totals.ts";
import { unavailability } from "../http/availability.ts";
import { type Failure, Problem, type ProblemCode } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import { streamId } from "./resume.ts";
import { SSE_HEADERS } from "./sse.ts";

/** How an answer came about: it `started` the run, `joined` one under way or just over, or is one `replayed`. */
export type How = "started" | "joined" | "replayed";

/** What a run's object answers, beside a whole answer of its room. */
export type RunAnswer =
  | {
      readonly kind: "stream";
      readonly how: How;
      readonly runId: string;
      readonly body: ReadableStream<Uint8Array>;
    }
  | { readonly kind: "failure"; readonly how: How; readonly failure: Failure };

export function failed(code: ProblemCode, retryAfterSeconds?: number): RunAnswer {
  const failure = { code, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  return { kind: "failure", how: "started", failure };
}

/** The limiter's period, in wrangler.toml. */
const RATE_PERIOD_SECONDS = 60;

/** What a caller over the limit is answered. */
export function rateLimited(): RunAnswer {
  return failed("rate_limited", RATE_PERIOD_SECONDS);
}

/** As HTTP. `name`: of the object. Throws the run's failure as a `Problem`. */
export function runResponse(answer: RunAnswer, name: string, headers: Record<string, string>): Response {
  if (answer.kind === "failure") {
    const { code, ...failure } = answer.failure;
    throw new Problem(code, { ...failure, headers });
  }
  const id = streamId({ name, runId: answer.runId });
  return new Response(answer.body, { headers: { ...SSE_HEADERS, ...headers, "X-Stream-Id": id } });
}

const SHARED = { started: {}, joined: { joined: 1 }, replayed: { "hits.log": 1 } };

/** A request's part in the day's totals. `saved`: what its answer cost once, as far as that is known. */
export function answerTotals(how: How, saved?: Saved): Increments {
  return { requests: 1, ...SHARED[how], ...(saved && how !== "started" && savedTotals(saved)) };
}

/** A caller waits for an answer's head no longer than this: the edge cuts a silent one at about 100 s. */
const WAIT_MS = 95_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * An exception of the object's own code comes marked as remote; where the object was reset or lost, it does
 * not, or says so (the platform's "Error handling" page of Durable Objects). One that is overloaded is left
 * alone.
 */
function diedUnderUs(error: unknown): boolean {
  const { remote, durableObjectReset } = asRecord(error);
  return unavailability(error) !== "overloaded" && (remote !== true || durableObjectReset === true);
}

/**
 * Opens a new stub each time: one whose object died stays broken. `again`: what was asked first may have begun,
 * and may not have been written down yet.
 */
export type Ask<A> = (again: boolean) => Promise<A>;

/** Asks a run's object; once more where it died while it was asked, since its successor knows the run. */
async function askTwice<A>(ask: Ask<A>): Promise<A> {
  try {
    return await ask(false);
  } catch (error) {
    if (!diedUnderUs(error)) throw error;
    log.warn("run.lost", describeError(error));
  }
  try {
    return await ask(true);
  } catch (cause) {
    if (unavailability(cause)) throw cause;
    throw new Problem("interrupted", { cause });
  }
}

/**
 * Throws `still_running` after 95 s, while the run goes on, `interrupted` where its object fails twice, and the
 * platform's own error where it is overloaded, or was reset and in vain asked again.
 */
export async function askRun<A>(ask: Ask<A>): Promise<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const stillRunning = () =>
      reject(new Problem("still_running", { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    timer = setTimeout(stillRunning, WAIT_MS);
  });
  try {
    return await Promise.race([askTwice(ask), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
