import { type Increments, type Saved, savedTotals } from "../budget/totals.ts";
import { type Failure, Problem, type ProblemCode } from "../http/errors.ts";
import { SSE_HEADERS } from "./sse.ts";
import { streamId } from "./stream-id.ts";

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
