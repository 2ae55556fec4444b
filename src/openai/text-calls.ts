import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { BudgetGuard, Reservation } from "../budget/guard.ts";
import { Problem } from "../http/errors.ts";
import { log } from "../log.ts";
import { UpstreamError } from "./failures.ts";
import { type Completion, readCompletion } from "./token-stream.ts";
import type { Upstream } from "./upstream.ts";
import { addUsage, NO_USAGE, type Usage } from "./usage.ts";

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
  /** US dollars for what a call used, and for the most it could use. */
  readonly cost: (usage: Usage) => number;
  readonly worstCase: (body: ChatCompletionCreateParamsStreaming) => number;
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
}

const NOTHING: Spent = { calls: 0, usage: NO_USAGE, costUsd: 0, upstreamMs: 0 };

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
  /** Throws a `Problem`. */
  complete(body: ChatCompletionCreateParamsStreaming, listener: CallListener): Promise<Completion>;
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

/** Rejects with the signal's reason as soon as it is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** What the promise gives; rejects with the signal's reason as soon as that is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

export function createTextCalls(options: TextCallsOptions): TextCalls {
  const { upstream, spend, timeoutMs, idleMs, now, signal: stopped } = options;
  const spent = { ...(options.checkpoint ?? NOTHING) };

  async function request(
    body: ChatCompletionCreateParamsStreaming,
    listener: CallListener,
    { onSent, onHead }: { readonly onSent: () => void; readonly onHead: () => void },
  ): Promise<Completion> {
    const controller = new AbortController();
    const signal = AbortSignal.any([stopped, controller.signal]);
    const timer = setTimeout(() => controller.abort(new UpstreamError("upstream_timeout")), timeoutMs);
    try {
      const { body: stream } = await upstream.streamChat(body, { signal, onSent });
      onHead();
      if (!stream) throw new UpstreamError("upstream_incomplete", { transient: true });
      return await readCompletion(stream, { ...listener, idleMs, signal });
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
  async function call(body: ChatCompletionCreateParamsStreaming, listener: CallListener) {
    const worst = options.worstCase(body);
    const reservation = await reserve(worst);
    spent.calls += 1;
    options.onSpending({ ...spent, costUsd: spent.costUsd + worst });
    const startedAt = now();
    let actual = worst;
    let sent = false;
    let began = false;
    try {
      const onSent = () => {
        sent = true;
        options.onSent();
      };
      const onHead = () => {
        began = true;
      };
      const completion = await request(body, listener, { onSent, onHead });
      if (completion.usage) actual = options.cost(completion.usage);
      spent.usage = addUsage(spent.usage, completion.usage ?? NO_USAGE);
      return completion;
    } catch (error) {
      const refused = !began && error instanceof UpstreamError && error.code !== "upstream_timeout";
      if (refused || !sent) actual = 0;
      throw error;
    } finally {
      spent.costUsd += actual;
      spent.upstreamMs += now() - startedAt;
      options.waitUntil(reservation.settle(actual));
    }
  }

  /** How long to wait before another call, or undefined where there is to be none. */
  function retryDelay(error: UpstreamError, listener: CallListener): number | undefined {
    if (!error.transient || spent.calls >= MAX_CALLS || !listener.mayRetry()) return undefined;
    if (error.retryAfterMs === undefined) return backoffMs(spent.calls, Math.random());
    return error.retryAfterMs <= MAX_WAIT_MS ? error.retryAfterMs : undefined;
  }

  /** Waits until another call may be made; throws the fault as a `Problem` where there is to be none. */
  async function beforeRetry(error: UpstreamError, listener: CallListener): Promise<void> {
    const delay = retryDelay(error, listener);
    const { code, status: upstreamStatus } = error;
    const told = { run: options.run, code, calls: spent.calls };
    log.warn("upstream.failed", upstreamStatus === undefined ? told : { ...told, upstreamStatus });
    if (delay === undefined) throw toProblem(error);
    listener.onRetry();
    await pause(delay, stopped);
  }

  return {
    spent,
    get left() {
      return MAX_CALLS - spent.calls;
    },
    async complete(body, listener) {
      if (spent.calls >= MAX_CALLS) throw new Problem("interrupted"); // its earlier lives had them all
      for (;;) {
        try {
          return await call(body, listener);
        } catch (error) {
          if (!(error instanceof UpstreamError)) throw error;
          await beforeRetry(error, listener);
        }
      }
    },
  };
}
