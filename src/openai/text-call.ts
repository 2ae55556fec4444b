import type { ChatCompletionCreateParamsStreaming as ChatBody } from "openai/resources/chat/completions";
import type { BudgetGuard, Reservation } from "../budget/guard.ts";
import type { ProblemCode } from "../http/errors.ts";
import { log } from "../log.ts";
import type { Trace } from "../trace.ts";
import { unlessAborted } from "./abortable.ts";
import type { Completion } from "./answer-reader.ts";
import { answerAttributes, requestAttributes } from "./call-span.ts";
import { UpstreamError } from "./failures.ts";
import { adaptBody, MAX_REFUSALS, type ParameterMemory } from "./parameters.ts";
import { addUsage, NO_USAGE, type Usage } from "./shapes/usage.ts";
import { readCompletion } from "./token-stream.ts";
import type { Upstream } from "./upstream.ts";

export interface TextCallOptions {
  readonly upstream: Upstream;
  readonly spend: BudgetGuard;
  /** Each call is a span. */
  readonly trace: Trace;
  readonly parameters: ParameterMemory;
  /** US dollars for what a call used, and for the most it could use. */
  readonly cost: (model: string, usage: Usage) => number;
  readonly worstCase: (body: ChatBody) => number;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly now: () => number;
  readonly run: string;
  /** Ends whatever is under way at once; a call then throws the signal's reason. */
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

/** A call of a run, and what all of them have spent so far. */
export interface TextCall {
  /**
   * A call without the parameters that the model's server is known to refuse, or refuses now: those cost no call. Throws
   * an `UpstreamError`, or the `Problem` of a limit that leaves too little.
   */
  make(body: ChatBody, listener: CallListener): Promise<Answered>;
  readonly spent: Spent;
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

/** One call at a time, with the money for it set aside before and settled after. */
export function createTextCall(options: TextCallOptions): TextCall {
  const { upstream, spend, trace, parameters, timeoutMs, idleMs, now, signal: stopped } = options;
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

  async function make(body: ChatBody, listener: CallListener): Promise<Answered> {
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

  return { make, spent };
}
