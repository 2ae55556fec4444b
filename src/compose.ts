import { version } from "../package.json";
import type { AppDeps } from "./app.ts";
import { createKeySet } from "./auth/key-set.ts";
import { keySetVerifier, secretVerifier, type VerifyToken } from "./auth/verifier.ts";
import { type Config, parseConfig } from "./config/config.ts";
import { openDatabase } from "./db/client.ts";
import { createHasher, sha256 } from "./hash.ts";
import { log } from "./log.ts";
import { createTextCalls } from "./openai/text-calls.ts";
import { createUpstream } from "./openai/upstream.ts";
import { costUsd, worstCaseUsd } from "./openai/usage.ts";
import { imageKey, portraitPrompt } from "./personas/portrait.ts";
import { PROMPT_VERSION } from "./personas/prompt.ts";
import type { PersonaRoutesDeps } from "./personas/routes.ts";
import { createPersonaRuns, type JoinRequest, type PersonaRuns, type ResumeRequest } from "./personas/run.ts";
import { createPersonaStore } from "./personas/store.ts";
import { createEdgeTier, createMemoryTier } from "./personas/tiers.ts";
import { createUnstored } from "./personas/unstored.ts";
import { createPersonaWork } from "./personas/work.ts";
import type { DayLedger } from "./spend/day-ledger.ts";
import { createSpendGate, type SpendGate } from "./spend/gate.ts";

/** The bindings of wrangler.toml. The variables are text, and `parseConfig` reads them. */
export interface Env {
  readonly DB: D1Database;
  readonly IMAGES: R2Bucket;
  readonly PERSONA_GENERATIONS: DurableObjectNamespace<PersonaGenerationRpc>;
  readonly SPEND: DurableObjectNamespace<SpendLedgerRpc>;
  readonly RATE_LIMITER: RateLimit;
}

type SpendLedgerRpc = Rpc.DurableObjectBranded & Pick<DayLedger, "reserve" | "settle">;

type PersonaGenerationRpc = Rpc.DurableObjectBranded & {
  join(request: JoinRequest): ReturnType<PersonaRuns["join"]>;
  resume(request: ResumeRequest): ReturnType<PersonaRuns["resume"]>;
};

const now = () => Date.now();

function configOf(env: Env) {
  return parseConfig(env as unknown as Record<string, unknown>);
}

/** Where callers sign in: the check of their tokens. */
function composeVerifier(config: Config): VerifyToken | undefined {
  const claims = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
  if (config.JWT_SECRET !== undefined) return secretVerifier(config.JWT_SECRET, claims);
  if (config.JWT_JWKS_URL === undefined) return undefined;
  return keySetVerifier(createKeySet(config.JWT_JWKS_URL, now), claims);
}

function composePersonas(env: Env, config: Config): PersonaRoutesDeps {
  const hash = createHasher(config.HASH_SECRET);
  const { PERSONA_CACHE_SCOPE: scope, PERSONA_IGNORED_FIELDS: ignored, PERSONA_MODEL: model } = config;
  return {
    store: createPersonaStore(openDatabase(env.DB)),
    memory: createMemoryTier(now),
    edge: createEdgeTier(() => caches.default),
    runs: (key) => env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key)),
    keyOptions: { scope, ignored, model, promptVersion: PROMPT_VERSION, hash },
    hash,
    publicBaseUrl: config.PUBLIC_BASE_URL,
    upstreamConfigured: config.OPENAI_API_KEY !== undefined,
    now,
  };
}

/** Everything that the Worker's routes stand on. */
export function composeApp(env: Env): AppDeps {
  const result = configOf(env);
  if (!result.ok) for (const fault of result.faults) log.error("config.invalid", { ...fault });
  const config = result.ok ? result.config : undefined;
  const missingKey = config && config.OPENAI_API_KEY === undefined;
  return {
    config: result,
    personas: config && composePersonas(env, config),
    verifyToken: config && composeVerifier(config),
    operations: {
      version,
      label: config?.DEPLOYMENT_LABEL,
      configValid: result.ok,
      warnings: missingKey ? ["OPENAI_API_KEY is not set: only cached answers can be given"] : [],
      checks: {
        d1: () => env.DB.prepare("SELECT 1 FROM persona_cache LIMIT 1").all(),
        r2: () => env.IMAGES.head("ready"),
      },
    },
  };
}

function composeSpend(env: Env, config: Config): SpendGate {
  const ledger = (day: string) => env.SPEND.get(env.SPEND.idFromName(day));
  return createSpendGate({
    limitUsd: config.DAILY_SPEND_LIMIT_USD,
    openDay: (day) => ({
      reserve: async (...reservation) => await ledger(day).reserve(...reservation),
      settle: async (...settlement) => await ledger(day).settle(...settlement),
    }),
    now,
  });
}

/** The platform's limiter: per location and approximate, a brake and not a budget. */
function composeAdmission(env: Env, config: Config): (caller: string) => Promise<boolean> {
  if (config.RATE_LIMIT === "off") return async () => true;
  return async (key) => (await env.RATE_LIMITER.limit({ key })).success;
}

/** What a persona key's Durable Object does. Throws where the configuration is invalid; the Worker asks none then. */
export function composePersonaRuns(ctx: DurableObjectState, env: Env): PersonaRuns {
  const result = configOf(env);
  if (!result.ok) throw new Error("invalid configuration");
  const { config } = result;
  const { PERSONA_MODEL: model, MODEL_PRICES: prices, PERSONA_MAX_OUTPUT_TOKENS: maxOutputTokens } = config;
  const style = { model: config.IMAGE_MODEL, size: config.IMAGE_SIZE, quality: config.IMAGE_QUALITY };
  const upstream = createUpstream({
    apiKey: config.OPENAI_API_KEY ?? "",
    baseUrl: config.OPENAI_BASE_URL,
    now,
  });
  const store = createPersonaStore(openDatabase(env.DB));
  const unstored = createUnstored(ctx.storage, store, now);
  const waitUntil = (promise: Promise<unknown>) => ctx.waitUntil(promise);
  const spend = composeSpend(env, config);
  const encoder = new TextEncoder();

  const work = createPersonaWork({
    ...{ store, unstored, now, waitUntil, model, maxOutputTokens },
    reasoningEffort: config.PERSONA_REASONING_EFFORT,
    newId: () => crypto.randomUUID(),
    imageKey: (traits) => imageKey(portraitPrompt(traits), style, sha256),
    openCalls: (run) =>
      createTextCalls({
        ...{ upstream, spend, now, run },
        cost: (usage) => costUsd(prices, model, usage),
        worstCase: (body) => {
          const bytes = encoder.encode(JSON.stringify(body)).byteLength;
          return worstCaseUsd(prices, model, bytes, maxOutputTokens);
        },
        timeoutMs: config.UPSTREAM_TIMEOUT_MS,
        idleMs: config.UPSTREAM_IDLE_TIMEOUT_MS,
      }),
  });
  return createPersonaRuns({
    ...{ work, unstored, now, waitUntil, storage: ctx.storage, admit: composeAdmission(env, config) },
    dedupeMs: config.DEDUPE_WINDOW_SECONDS * 1000,
    resumableMs: config.CHAT_STREAM_TTL_SECONDS * 1000,
    heartbeatMs: config.SSE_HEARTBEAT_MS,
    commitMs: config.STREAM_COMMIT_MS,
  });
}
