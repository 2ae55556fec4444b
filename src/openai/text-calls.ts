import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import { Problem } from "../http/errors.ts";
import { log } from "../log.ts";
import { pause } from "./abortable.ts";
import { UpstreamError } from "./failures.ts";
import { createModelRotation } from "./model-rotation.ts";
import {
  type Answered,
  type CallListener,
  createTextCall,
  type Spent,
  type TextCallOptions,
} from "./text-call.ts";

/** CONTRACT §2: a run makes at most three text calls in all. */
const MAX_CALLS = 3;
/** The longest `Retry-After` that is waited for; a longer one is passed on. Milliseconds. */
const MAX_WAIT_MS = 10_000;
const FIRST_BACKOFF_MS = 500;
/** What a caller is told where the upstream is busy and does not say for how long. */
const DEFAULT_RETRY_AFTER_SECONDS = 10;

export interface TextCallsOptions extends TextCallOptions {
  /** The model to ask, and those to ask where it cannot answer, in this order. */
  readonly models: readonly string[];
}

/** The upstream calls of one run: counted, paid for, retried. */
export interface TextCalls {
  /** The body's model is one of the options' models in each call. Throws a `Problem`. */
  complete(body: Omit<ChatBody, "model">, listener: CallListener): Promise<Answered>;
  readonly left: number;
  readonly spent: Spent;
}

function toProblem(error: UpstreamError): Problem {
  const seconds = error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs / 1000);
  const retryAfterSeconds =
    seconds ?? (error.code === "upstream_rate_limited" ? DEFAULT_RETRY_AFTER_SECONDS : undefined);
  return new Problem(error.code, {
    cause: error,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** Full jitter over the upper half, so that runs which failed together do not come back together. */
function backoffMs(call: number, random: number): number {
  return FIRST_BACKOFF_MS * 2 ** (call - 1) * (0.5 + random / 2);
}

/** The day's or the caller's money leaves too little for the call; a cheaper model may fit. */
function isTooDear(error: unknown): boolean {
  return error instanceof Problem && error.code.endsWith("budget_exhausted");
}

/** The calls of one run: three at most, by whichever of its models can answer. */
export function createTextCalls(options: TextCallsOptions): TextCalls {
  const { now, signal: stopped } = options;
  const rotation = createModelRotation(options.models);
  const { make, spent } = createTextCall(options);

  /** Until when a model is not to be asked again; undefined where it is not to be in this run. */
  function readyAgainAt({ code, retryAfterMs }: UpstreamError): number | undefined {
    if (code === "upstream_model_unavailable") return undefined;
    const delay = retryAfterMs ?? backoffMs(spent.calls, Math.random());
    return delay <= MAX_WAIT_MS ? now() + delay : undefined;
  }

  /** Whether another call may follow one that failed so, by this model or another. */
  function mayFollow(error: UpstreamError, listener: CallListener): boolean {
    const elsewhere = error.transient || error.code === "upstream_model_unavailable";
    return elsewhere && spent.calls < MAX_CALLS && listener.mayRetry();
  }

  /** Waits until another call may be made; throws the error as a `Problem` where there is to be none. */
  async function beforeRetry(model: string, error: UpstreamError, listener: CallListener): Promise<void> {
    const { code, status: upstreamStatus } = error;
    const fields = { run: options.run, model, code, calls: spent.calls };
    log.warn("upstream.failed", upstreamStatus === undefined ? fields : { ...fields, upstreamStatus });
    const readyAt = readyAgainAt(error);
    if (readyAt === undefined) rotation.drop(model);
    else rotation.postpone(model, readyAt);
    const next = mayFollow(error, listener) ? rotation.next() : undefined;
    if (!next) throw toProblem(error);
    listener.onRetry();
    await pause(Math.max(0, next.readyAt - now()), stopped);
  }

  /** Goes on to the next model, where one is left that may do what this one could not. */
  async function afterFailure(model: string, error: unknown, listener: CallListener): Promise<void> {
    if (error instanceof UpstreamError) return await beforeRetry(model, error, listener);
    if (!isTooDear(error)) throw error;
    rotation.drop(model);
    if (!rotation.next()) throw error;
  }

  return {
    spent,
    get left() {
      return MAX_CALLS - spent.calls;
    },
    async complete(body, listener) {
      if (spent.calls >= MAX_CALLS) throw new Problem("interrupted"); // its earlier lives had them all
      for (;;) {
        const next = rotation.next();
        if (!next) throw new Problem("upstream_error"); // all were given up in an earlier answer
        const { model } = next;
        rotation.asked(model);
        try {
          return await make({ ...body, model }, listener);
        } catch (error) {
          await afterFailure(model, error, listener);
        }
      }
    },
  };
}
