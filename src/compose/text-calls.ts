import type { Config } from "../config/config.ts";
import { createHasher, type Hasher } from "../hash.ts";
import { openParameterMemory } from "../openai/parameters.ts";
import { costUsd } from "../openai/shapes/usage.ts";
import type { Spent } from "../openai/text-call.ts";
import { createTextCalls, type TextCalls } from "../openai/text-calls.ts";
import { createUpstream, type Upstream } from "../openai/upstream.ts";
import { textWorstCaseUsd } from "../openai/worst-case.ts";
import type { RunContext } from "../runs/runner/task.ts";
import { composeSpend } from "./budget.ts";
import { type Env, now } from "./env.ts";
import { trace } from "./tracing.ts";

// Scope: the isolate, which has one configuration. Each Durable Object asks for its own.
const upstreams = new WeakMap<Config, Upstream>();

export function openUpstream(config: Config): Upstream {
  const { OPENAI_API_KEY: apiKey = "", OPENAI_BASE_URL: baseUrl, OPENAI_HEADERS: headers } = config;
  const upstream = upstreams.get(config) ?? createUpstream({ apiKey, baseUrl, headers, now });
  upstreams.set(config, upstream);
  return upstream;
}

interface Composition {
  readonly ctx: DurableObjectState;
  readonly env: Env;
  readonly config: Config;
}

/**
 * The upstream calls of each run of a Durable Object, by the first of the models that can, out of the share of
 * whoever began it.
 */
export function callsFor(run: Composition, models: readonly string[], maxOutputTokens: number) {
  const { ctx, env, config } = run;
  const { MODEL_PRICES: prices } = config;
  const upstream = openUpstream(config);
  const parameters = openParameterMemory(config.OPENAI_BASE_URL);
  return (
    { runId: run, signal, sent: onSent, checkpoint, saveCheckpoint: onSpending }: RunContext,
    caller: string | undefined,
  ): TextCalls =>
    createTextCalls({
      upstream,
      spend: composeSpend(env, config, caller),
      trace,
      models,
      parameters,
      now,
      run,
      signal,
      onSent,
      onSpending,
      checkpoint: checkpoint as Spent | undefined,
      cost: (model, usage) => costUsd(prices, model, usage),
      worstCase: (body) => textWorstCaseUsd(prices, body, maxOutputTokens),
      timeoutMs: config.UPSTREAM_TIMEOUT_MS,
      idleMs: config.UPSTREAM_IDLE_TIMEOUT_MS,
      waitUntil: (promise) => ctx.waitUntil(promise),
    });
}

/**
 * Names a caller or a conversation to the upstream: never to be turned back into what was hashed, also where no
 * HASH_SECRET keeps an address from being guessed.
 */
export function composePseudonym(config: Config): Hasher {
  return createHasher(config.HASH_SECRET ?? config.OPENAI_API_KEY);
}
