import { version } from "../../package.json";
import type { AppDeps } from "../app.ts";
import { createKeySet } from "../auth/key-set.ts";
import { keySetVerifier, secretVerifier, type VerifyToken } from "../auth/verifier.ts";
import type { BackgroundWork } from "../background.ts";
import type { DailyLedger } from "../budget/daily-ledger.ts";
import { type BudgetGuard, createBudgetGuard } from "../budget/guard.ts";
import { type ChatRuns, createChatRuns, type RunRef, type SendRequest } from "../chat/object.ts";
import type { ChatRoutesDeps } from "../chat/routes.ts";
import { createChatStore } from "../chat/store.ts";
import { createChatTask } from "../chat/task.ts";
import { type Config, type ConfigResult, parseConfig } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { createHasher } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { describeError, log } from "../log.ts";
import { createTextCalls, type Spent, type TextCalls } from "../openai/text-calls.ts";
import { maxInputTokens } from "../openai/token-bound.ts";
import { createUpstream, type Upstream } from "../openai/upstream.ts";
import { costUsd, worstCaseUsd } from "../openai/usage.ts";
import type { PersonaAdminDeps } from "../personas/admin-routes.ts";
import { createFastPath, type FastPath } from "../personas/cache/fast-path.ts";
import { createEdgeCache, createMemoryCache } from "../personas/cache/layers.ts";
import { createDedupeIndex } from "../personas/generation/dedupe-index.ts";
import {
  createPersonaRuns,
  type JoinRequest,
  type PersonaRuns,
  type ResumeRequest,
} from "../personas/generation/object.ts";
import { createOutbox } from "../personas/generation/outbox.ts";
import { PROMPT_VERSION } from "../personas/generation/prompt.ts";
import { createPersonaTask } from "../personas/generation/task.ts";
import { createPregenerate, type Pregenerate, type PregenerateMessage } from "../personas/pregenerate.ts";
import type { PersonaRoutesDeps } from "../personas/routes.ts";
import { createPersonaStore } from "../personas/store.ts";
import { createPending } from "../runs/pending.ts";
import type { LogRow } from "../runs/run-log.ts";
import type { RunContext } from "../runs/task-runner.ts";
import { composeAdmin, composeCounters, composeModelLookup, composeModelWarnings } from "./operations.ts";
import {
  composePortraitRoutes,
  composePortraits,
  composePortraitWork,
  type PortraitBindings,
} from "./portraits.ts";

/** The bindings of wrangler.toml. The variables are text, and `parseConfig` reads them. */
export interface Env extends PortraitBindings {
  readonly PERSONA_GENERATIONS: DurableObjectNamespace<PersonaGenerationRpc>;
  readonly CHAT_STREAMS: DurableObjectNamespace<ChatStreamRpc>;
  readonly SPEND: DurableObjectNamespace<SpendLedgerRpc>;
  readonly RATE_LIMITER: RateLimit;
  readonly ASSETS: Fetcher;
  readonly PREGENERATE_JOBS: Queue<PregenerateMessage>;
}

type ChatStreamRpc = Rpc.DurableObjectBranded & {
  send(request: SendRequest): ReturnType<ChatRuns["send"]>;
  resume(run: RunRef & { readonly after: number }): ReturnType<ChatRuns["resume"]>;
  stop(run: RunRef): ReturnType<ChatRuns["stop"]>;
  stopKey(): ReturnType<ChatRuns["stopKey"]>;
  forget(): ReturnType<ChatRuns["forget"]>;
};

type SpendLedgerRpc = Rpc.DurableObjectBranded & Pick<DailyLedger, "reserve" | "settle">;

type PersonaGenerationRpc = Rpc.DurableObjectBranded & {
  join(request: JoinRequest): ReturnType<PersonaRuns["join"]>;
  resume(request: ResumeRequest): ReturnType<PersonaRuns["resume"]>;
  forget(): ReturnType<PersonaRuns["forget"]>;
};

const now = () => Date.now();

// Scope: the isolate. The bindings never change, and each new Durable Object reads them.
const parsed = new WeakMap<Env, ConfigResult>();

function readConfig(env: Env): ConfigResult {
  const result = parsed.get(env) ?? parseConfig(env as unknown as Record<string, unknown>);
  parsed.set(env, result);
  return result;
}

/** Where callers sign in: the check of their tokens. */
function composeVerifier(config: Config): VerifyToken | undefined {
  const claims = { issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
  if (config.JWT_SECRET !== undefined) return secretVerifier(config.JWT_SECRET, claims);
  if (config.JWT_JWKS_URL === undefined) return undefined;
  return keySetVerifier(createKeySet(config.JWT_JWKS_URL, now), claims);
}

const personaObject = ({ PERSONA_GENERATIONS: objects }: Env, key: string) =>
  objects.get(objects.idFromName(key));
const chatObject = ({ CHAT_STREAMS: objects }: Env, name: string) => objects.get(objects.idFromName(name));

function openPregenerate(env: Env, config: Config): Pregenerate {
  const runs = (key: string) => personaObject(env, key);
  const { takeUp: wantPortraits } = composePortraits(env, config);
  const db = openDatabase(env.DB);
  return createPregenerate({ db, queue: env.PREGENERATE_JOBS, runs, wantPortraits, now });
}

function composePersonas(env: Env, config: Config): PersonaRoutesDeps & PersonaAdminDeps {
  const memory = createMemoryCache(now);
  const edge = createEdgeCache(() => caches.default);
  const hash = createHasher(config.HASH_SECRET);
  const { PERSONA_CACHE_SCOPE: scope, PERSONA_IGNORED_FIELDS: ignored, PERSONA_MODEL: model } = config;
  const portraits = composePortraits(env, config);
  return {
    store: createPersonaStore(openDatabase(env.DB), portraits.insert, now),
    lookedAt: portraits.takeUp,
    memory,
    edge,
    pregenerate: openPregenerate(env, config),
    runs: (key) => personaObject(env, key),
    async forget(key, baseUrl) {
      memory.forget(key);
      const forgetRuns = askAgainIfLost(() => personaObject(env, key).forget());
      const [had] = await Promise.all([forgetRuns, edge.forget({ key, baseUrl })]);
      return had;
    },
    keyOptions: { scope, ignored, model, promptVersion: PROMPT_VERSION, hash },
    hash,
    publicBaseUrl: config.PUBLIC_BASE_URL,
    upstreamConfigured: config.OPENAI_API_KEY !== undefined,
    keyTtlMs: config.IDEMPOTENCY_TTL_SECONDS * 1000,
    now,
  };
}

function composeChat(env: Env, config: Config): ChatRoutesDeps {
  const hash = createHasher(config.HASH_SECRET);
  const store = createPersonaStore(openDatabase(env.DB), composePortraits(env, config).insert, now);
  return {
    hash,
    now,
    cost: (usage) => costUsd(config.MODEL_PRICES, config.CHAT_MODEL, usage),
    runs: (name) => chatObject(env, name),
    async findPersona({ setId, personaId }, { user }) {
      const set = await store.findById(setId);
      const foreign =
        config.PERSONA_CACHE_SCOPE === "subject" && user !== undefined && set?.userHash !== hash(user);
      const found = foreign ? undefined : set?.personas.find(({ id }) => id === personaId);
      if (!found) return undefined;
      const { id: _, imageKey: __, ...persona } = found;
      return { persona, emailHash: set?.emailHash ?? null };
    },
  };
}

/** What works, but hardly as it is meant. Everybody may read it: no variable, no weakness. */
function toWarnings({ OPENAI_API_KEY }: Config): string[] {
  return OPENAI_API_KEY === undefined
    ? ["No model service is configured: only cached answers can be given"]
    : [];
}

/** Everything that the Worker's routes stand on. */
export function composeApp(env: Env): AppDeps {
  const result = readConfig(env);
  if (!result.ok) for (const error of result.errors) log.error("config.invalid", { ...error });
  const config = result.ok ? result.config : undefined;
  const personas = config && composePersonas(env, config);
  const counters = composeCounters(env.DB);
  return {
    config: result,
    personas,
    counters,
    adminToken: config?.ADMIN_TOKEN,
    admin:
      config &&
      personas &&
      composeAdmin({
        db: openDatabase(env.DB),
        images: env.IMAGES,
        config,
        counters,
        pregenerate: openPregenerate(env, config),
        forgetPersonas: personas.forget,
        forgetChat: (name) => askAgainIfLost(async () => await chatObject(env, name).forget()),
      }),
    images: config && composePortraitRoutes(env, config),
    chat: config && composeChat(env, config),
    verifyToken: config && composeVerifier(config),
    site: (request) => env.ASSETS.fetch(request),
    operations: {
      version,
      label: config?.DEPLOYMENT_LABEL,
      configValid: result.ok,
      warnings: config ? toWarnings(config) : [],
      modelWarnings: config ? composeModelWarnings(env.DB, config) : async () => [],
      checks: {
        d1: () => env.DB.prepare("SELECT 1 FROM persona_cache LIMIT 1").all(),
        r2: () => env.IMAGES.head("ready"),
      },
    },
  };
}

/** Where callers sign in, who asks is not known before their token is checked: the app does it all. */
export function composeFastPath({ config, personas, verifyToken }: AppDeps): FastPath | undefined {
  if (!config.ok || !personas || verifyToken) return undefined;
  const { memory, publicBaseUrl } = personas;
  const crossOrigin = config.config.ALLOWED_ORIGINS.length > 0;
  return createFastPath({ memory, publicBaseUrl, crossOrigin });
}

function openUpstream(config: Config): Upstream {
  return createUpstream({ apiKey: config.OPENAI_API_KEY ?? "", baseUrl: config.OPENAI_BASE_URL, now });
}

/** What the queues and the crons do. Undefined, and said in the log, where the configuration is invalid. */
export function composeWork(env: Env): BackgroundWork | undefined {
  const result = readConfig(env);
  if (result.ok) {
    const { config } = result;
    const upstream = openUpstream(config);
    return {
      ...composePortraitWork(env, config, upstream, composeSpend(env, config)),
      pregenerate: openPregenerate(env, config),
      lookUpModels: composeModelLookup(env.DB, config, upstream),
    };
  }
  for (const error of result.errors) log.error("config.invalid", { ...error });
  return undefined;
}

function composeSpend(env: Env, config: Config): BudgetGuard {
  const ledger = (day: string) => env.SPEND.get(env.SPEND.idFromName(day));
  return createBudgetGuard({
    limitUsd: config.DAILY_SPEND_LIMIT_USD,
    openDay: (day) => ({
      reserve: (...reservation) => askAgainIfLost(async () => await ledger(day).reserve(...reservation)),
      settle: (...settlement) => askAgainIfLost(async () => await ledger(day).settle(...settlement)),
    }),
    now,
  });
}

/** The platform's limiter: per location and approximate, a brake and not a budget. */
function composeAdmission(env: Env, config: Config): (caller: string) => Promise<boolean> {
  if (config.RATE_LIMIT === "off") return async () => true;
  return async (key) => {
    try {
      return (await env.RATE_LIMITER.limit({ key })).success;
    } catch (error) {
      log.warn("limiter.failed", describeError(error)); // a brake that fails does not stop the car
      return true;
    }
  };
}

function validConfig(env: Env): Config {
  const result = readConfig(env);
  if (!result.ok) throw new Error("invalid configuration"); // the Worker asks no object then
  return result.config;
}

interface Composition {
  readonly ctx: DurableObjectState;
  readonly env: Env;
  readonly config: Config;
}

/** The upstream calls of each run of a Durable Object, for one model. */
function callsFor(run: Composition, model: string, maxOutputTokens: number) {
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

// How soon after a crash a run that nobody asks for goes on. An alarm is one write; a run has few.
const PERSONA_RECOVERY_CHECK_MS = 5_000;

/** What a persona key's Durable Object does. */
export function composePersonaRuns(ctx: DurableObjectState, env: Env): PersonaRuns {
  const config = validConfig(env);
  const { PERSONA_MODEL: model, PERSONA_MAX_OUTPUT_TOKENS: maxOutputTokens } = config;
  const portraits = composePortraits(env, config);
  const store = createPersonaStore(openDatabase(env.DB), portraits.insert, now);
  const { waitUntil, ended: written } = createPending((promise) => ctx.waitUntil(promise));
  const { storage } = ctx;
  const outbox = createOutbox({ storage, store, now, waitUntil, notify: portraits.notify });
  const dedupeIndex = createDedupeIndex(storage);

  const work = createPersonaTask({
    store,
    outbox,
    now,
    model,
    maxOutputTokens,
    dedupeIndex,
    waitUntil,
    reasoningEffort: config.PERSONA_REASONING_EFFORT,
    newId: () => crypto.randomUUID(),
    portraitOf: portraits.portraitOf,
    announce: portraits.enqueue(waitUntil),
    notify: portraits.notify,
    openCalls: callsFor({ ctx, env, config }, model, maxOutputTokens),
  });
  return createPersonaRuns({
    recordWithinMs: 0, // the input that a restart needs
    recoveryCheckMs: () => PERSONA_RECOVERY_CHECK_MS,
    work,
    outbox,
    dedupeIndex,
    claims: store,
    now,
    waitUntil,
    written,
    storage,
    admit: composeAdmission(env, config),
    dedupeMs: config.DEDUPE_WINDOW_SECONDS * 1000,
    resumableMs: config.CHAT_STREAM_TTL_SECONDS * 1000,
    heartbeatMs: config.SSE_HEARTBEAT_MS,
    commitMs: config.STREAM_COMMIT_MS,
  });
}

// Hidden behind the model's thinking in nearly every run.
const CHAT_RECORD_WITHIN_MS = 20;

/** What the Durable Object of a chat does. */
export function composeChatRuns(ctx: DurableObjectState, env: Env): ChatRuns {
  const config = validConfig(env);
  const { CHAT_MODEL: model, CHAT_MAX_OUTPUT_TOKENS: maxOutputTokens } = config;
  const { waitUntil, ended: written } = createPending((promise) => ctx.waitUntil(promise));
  const store = createChatStore(openDatabase(env.DB), now);
  const inTime = (write: (row: LogRow) => Promise<void>) => (row: LogRow) => {
    const failed = (error: unknown) => log.error("store.failed", { run: row.id, ...describeError(error) });
    waitUntil(write(row).catch(failed));
  };

  const work = createChatTask({
    now,
    model,
    maxOutputTokens,
    record: inTime(store.record),
    announce: inTime(store.announce),
    reasoningEffort: config.CHAT_REASONING_EFFORT,
    openCalls: callsFor({ ctx, env, config }, model, maxOutputTokens),
  });
  return createChatRuns({
    recordWithinMs: CHAT_RECORD_WITHIN_MS,
    work,
    now,
    waitUntil,
    written,
    storage: ctx.storage,
    admit: composeAdmission(env, config),
    windowMs: config.CHAT_DEDUPE_WINDOW_SECONDS * 1000,
    keyTtlMs: config.IDEMPOTENCY_TTL_SECONDS * 1000,
    streamTtlMs: config.CHAT_STREAM_TTL_SECONDS * 1000,
    heartbeatMs: config.SSE_HEARTBEAT_MS,
    commitMs: config.STREAM_COMMIT_MS,
    upstreamConfigured: config.OPENAI_API_KEY !== undefined,
  });
}
