import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import type { BudgetGuard, Reservation } from "../budget/guard.ts";
import { Problem, type ProblemCode } from "../http/errors.ts";
import { log } from "../log.ts";
import type { Trace } from "../trace.ts";
import { pause, unlessAborted } from "./abortable.ts";
import { answerAttributes, requestAttributes } from "./call-span.ts";
import { UpstreamError } from "./failures.ts";
import { createModelRotation } from "./model-rotation.ts";
import { adaptBody, MAX_REFUSALS, type ParameterMemory } from "./parameters.ts";
import { addUsage, NO_USAGE, type Usage } from "./shapes/usage.ts";
import { type Completion, readCompletion } from "./token-stream.ts";
import type { Upstream } from "./upstream.ts";

/** CONTRACT §2: a run makes at most three text calls in all. */
const MAX_CALLS = 3;
/** The longest `Retry-After` that is waited for; a longer one is passed on. Milliseconds. */
const MAX_WAIT_MS = 10_000;
const FIRST_BACKOFF_MS = 500;
/** What a caller is told where the upstream is busy and does not say for how long. */
const DEFAULT_RETRY_AFTER_SECONDS = 10;

export interface TextCallsOptions {
  readonly upstream: Upstream;
  readonly spend: BudgetGuard;
  /** Each call is a span. */
  readonly trace: Trace;
  /** The model to ask, and those to ask where it cannot answer, in this order. */
  readonly models: readonly string[];
  readonly parameters: ParameterMemory;
  /** US dollars for what a call used, and for the most it could use. */
  readonly cost: (model: string, usage: Usage) => number;
  readonly worstCase: (body: ChatBody) => number;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly now: () => number;
  readonly run: string;
  /** Ends whatever is under way at once; `complete` then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Called when a request has left for the upstream. */
  readonly onSent: () => void;
  /** Takes what nobody need wait for. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** What the run spent before its server died, if it did. */
  readonly checkpoint: Spent | undefined;
  /** Told before each call what the run will have spent at worst, to be kept across the server's death. */
  readonly onSpending: (spent: Spent) => void;
}

/** What all calls of a run used, and how long they took. */
export interface Spent {
  readonly calls: number;
  readonly usage: Usage;
  readonly costUsd: number;
  readonly upstreamMs: number;
  /** The one that was asked last; undefined before the first call. */
  readonly model: string | undefined;
}

export const NOTHING_SPENT: Spent = {
  calls: 0,
  usage: NO_USAGE,
  costUsd: 0,
  upstreamMs: 0,
  model: undefined,
};

/** A whole answer, and who gave it. */
export interface Answered extends Completion {
  readonly model: string;
}

export interface CallListener {
  onText(text: string): void;
  /** What the model says instead of answering, as it comes. */
  onRefusal?(text: string): void;
  /** The call failed and another follows: what it said is void. */
  onRetry(): void;
  /** Whether another call may still replace what was said. */
  mayRetry(): boolean;
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

/** What an error in the place of an answer says of work that was never begun. */
const REFUSED_WORK = new Set<ProblemCode>([
  "upstream_auth",
  "upstream_quota",
  "upstream_rate_limited",
  "upstream_rejected",
  "upstream_model_unavailable",
]);

/** Whether a call that failed cost nothing. `progress`: how far its answer had come. */
function isFree(error: unknown, progress: "none" | "head" | "text"): boolean {
  if (!(error instanceof UpstreamError) || progress === "text") return false;
  return progress === "none" ? error.code !== "upstream_timeout" : REFUSED_WORK.has(error.code);
}

export function createTextCalls(options: TextCallsOptions): TextCalls {
  const { upstream, spend, trace, parameters, timeoutMs, idleMs, now, signal: stopped } = options;
  const rotation = createModelRotation(options.models);
  const spent = { ...(options.checkpoint ?? NOTHING_SPENT) };

  async function request(
    body: ChatBody,
    listener: CallListener,
    { onSent, onProgress }: { onSent: () => void; onProgress: (reached: "head" | "text") => void },
  ): Promise<Completion> {
    const controller = new AbortController();
    const signal = AbortSignal.any([stopped, controller.signal]);
    const timer = setTimeout(() => controller.abort(new UpstreamError("upstream_timeout")), timeoutMs);
    try {
      const { body: stream } = await upstream.streamChat(body, { signal, onSent });
      onProgress("head");
      if (!stream) throw new UpstreamError("upstream_incomplete", { transient: true });
      const onText = (text: string) => {
        onProgress("text");
        listener.onText(text);
      };
      const { onRefusal = () => {} } = listener;
      return await readCompletion(stream, { onText, onRefusal, idleMs, signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      controller.abort(); // ends the connection of a call that failed in mid-stream; nothing where it ended
    }
  }

  /** Sets the money aside. A stop does not wait for it: what is granted after one is given back. */
  async function reserve(worst: number): Promise<Reservation> {
    stopped.throwIfAborted();
    const reserving = spend.reserve(worst);
    try {
      return await unlessAborted(reserving, stopped);
    } catch (error) {
      const giveBack = (reservation: Reservation) => reservation.settle(0);
      if (stopped.aborted) options.waitUntil(reserving.then(giveBack, () => {}));
      throw error;
    }
  }

  /**
   * One call. Where it began and did not say what it used, the worst case counts: it may have been billed.
   * What was refused, or never reached the upstream, cost nothing.
   */
  async function call(body: ChatBody, listener: CallListener): Promise<Answered> {
    const { model } = body;
    const worst = options.worstCase(body);
    const reservation = await reserve(worst);
    spent.calls += 1;
    spent.model = model;
    options.onSpending({ ...spent, costUsd: spent.costUsd + worst });
    const startedAt = now();
    let actual = worst;
    let sent = false;
    let progress: "none" | "head" | "text" = "none";
    try {
      const onSent = () => {
        sent = true;
        options.onSent();
      };
      const onProgress = (reached: "head" | "text") => {
        progress = reached;
      };
      const completion = await request(body, listener, { onSent, onProgress });
      if (completion.usage) actual = options.cost(model, completion.usage);
      spent.usage = addUsage(spent.usage, completion.usage ?? NO_USAGE);
      return { ...completion, model };
    } catch (error) {
      if (!sent || isFree(error, progress)) actual = 0;
      throw error;
    } finally {
      spent.costUsd += actual;
      spent.upstreamMs += now() - startedAt;
      options.waitUntil(reservation.settle(actual));
    }
  }

  function tracedCall(body: ChatBody, listener: CallListener): Promise<Answered> {
    return trace(`chat ${body.model}`, requestAttributes(body), async (note) => {
      const before = spent.costUsd;
      try {
        const answered = await call(body, listener);
        note(answerAttributes(answered));
        return answered;
      } finally {
        note({ "asknewton.cost_usd": spent.costUsd - before });
      }
    });
  }

  /** A call without the parameters that the model's server is known to refuse, or refuses now: those cost no call. */
  async function adaptedCall(body: ChatBody, listener: CallListener): Promise<Answered> {
    const { model } = body;
    for (let refusals = 0; ; refusals += 1) {
      const adapted = adaptBody(body, parameters.of(model));
      if (!adapted) throw new UpstreamError("upstream_rejected");
      try {
        return await tracedCall(adapted, listener);
      } catch (error) {
        const refused = error instanceof UpstreamError && parameters.add(model, adapted, error.refused);
        if (!refused || refusals === MAX_REFUSALS || !listener.mayRetry()) throw error;
        spent.calls -= 1;
        log.info("upstream.parameters", { run: options.run, model, count: parameters.of(model).size });
      }
    }
  }

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
          return await adaptedCall({ ...body, model }, listener);
        } catch (error) {
          await afterFailure(model, error, listener);
        }
      }
    },
  };
}
