import type { Config } from "../config/config.ts";
import { createTextCalls, type Spent, type TextCalls } from "../openai/text-calls.ts";
import { maxInputTokens } from "../openai/token-bound.ts";
import { createUpstream, type Upstream } from "../openai/upstream.ts";
import { costUsd, worstCaseUsd } from "../openai/usage.ts";
import type { RunContext } from "../runs/task-runner.ts";
import { composeSpend } from "./budget.ts";
import { type Env, now } from "./env.ts";

export function openUpstream(config: Config): Upstream {
  return createUpstream({ apiKey: config.OPENAI_API_KEY ?? "", baseUrl: config.OPENAI_BASE_URL, now });
}

interface Composition {
  readonly ctx: DurableObjectState;
  readonly env: Env;
  readonly config: Config;
}

/** The upstream calls of each run of a Durable Object, for one model. */
export function callsFor(run: Composition, model: string, maxOutputTokens: number) {
  const { ctx, env, config } = run;
  const { MODEL_PRICES: prices } = config;
  const upstream = openUpstream(config);
  const spend = composeSpend(env, config);
  return ({
    runId: run,
    signal,
    sent: onSent,
    checkpoint,
    saveCheckpoint: onSpending,
  }: RunContext): TextCalls =>
    createTextCalls({
      upstream,
      spend,
      now,
      run,
      signal,
      onSent,
      onSpending,
      checkpoint: checkpoint as Spent | undefined,
      cost: (usage) => costUsd(prices, model, usage),
      worstCase: (body) =>
        worstCaseUsd(prices, model, maxInputTokens(body), body.max_completion_tokens ?? maxOutputTokens),
      timeoutMs: config.UPSTREAM_TIMEOUT_MS,
      idleMs: config.UPSTREAM_IDLE_TIMEOUT_MS,
      waitUntil: (promise) => ctx.waitUntil(promise),
    });
}
