import { createBatchItems } from "../batch/items.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { createHasher } from "../hash.ts";
import { askAgainIfLost } from "../http/availability.ts";
import type { PersonaAdminDeps } from "../personas/admin-routes.ts";
import { createEdgeCache } from "../personas/cache/edge.ts";
import { createMemoryCache } from "../personas/cache/memory.ts";
import { createDedupeIndex } from "../personas/generation/dedupe-index.ts";
import { createPersonaRuns, type PersonaRuns } from "../personas/generation/object.ts";
import { createOutbox } from "../personas/generation/outbox.ts";
import { promptVersion } from "../personas/generation/prompt.ts";
import { createPersonaTask } from "../personas/generation/task.ts";
import { createJobStore } from "../personas/pregenerate/job-store.ts";
import type { PersonaRoutesDeps } from "../personas/routes.ts";
import { createPersonaStore } from "../personas/store.ts";
import { toRedaction } from "../redact.ts";
import { createPending } from "../runs/pending.ts";
import { composeAdmission } from "./budget.ts";
import { type Env, now, personaObject, validConfig } from "./env.ts";
import { composePortraits } from "./portraits.ts";
import { openPregenerate } from "./pregenerate.ts";
import { callsFor, composePseudonym } from "./text-calls.ts";
import { traceRuns } from "./tracing.ts";

const newId = () => crypto.randomUUID();

export function composePersonas(env: Env, config: Config): PersonaRoutesDeps & PersonaAdminDeps {
  const memory = createMemoryCache(now);
  const edge = createEdgeCache(() => caches.default);
  const hash = createHasher(config.HASH_SECRET);
  const { PERSONA_CACHE_SCOPE: scope, PERSONA_IGNORED_FIELDS: ignored, PERSONA_MODEL: model } = config;
  const portraits = composePortraits(env, config);
  const db = openDatabase(env.DB);
  return {
    store: createPersonaStore(db, portraits.insert, now),
    lookedAt: portraits.takeUp,
    imageWidths: config.IMAGE_WIDTHS,
    memory,
    edge,
    pregenerate: openPregenerate(env, config),
    jobs: createJobStore(db, now),
    cancelEconomy: createBatchItems(db, now, newId).dropUnwanted,
    runs: (key) => personaObject(env, key),
    async forget(key, baseUrl) {
      const cacheKey = { key, baseUrl };
      memory.forget(key);
      memory.invalidate(cacheKey, now()); // whoever has read it from D1 by now brings it back to no cache
      const forgetRuns = askAgainIfLost(() => personaObject(env, key).forget());
      const [had] = await Promise.all([forgetRuns, edge.invalidate(cacheKey, now())]);
      return had;
    },
    keyOptions: { scope, ignored, model, promptVersion: promptVersion(config.PORTRAITS), hash },
    hash,
    redact: toRedaction(config.REDACT),
    publicBaseUrl: config.PUBLIC_BASE_URL,
    upstreamConfigured: config.OPENAI_API_KEY !== undefined,
    keyTtlMs: config.IDEMPOTENCY_TTL_SECONDS * 1000,
    now,
  };
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
    portraits: config.PORTRAITS,
    reasoningEffort: config.PERSONA_REASONING_EFFORT,
    newId: () => crypto.randomUUID(),
    imageWidths: config.IMAGE_WIDTHS,
    portraitOf: portraits.portraitOf,
    enqueuePortraits: portraits.enqueue(waitUntil),
    notify: portraits.notify,
    pseudonym: composePseudonym(config),
    openCalls: callsFor({ ctx, env, config }, [model, ...config.PERSONA_FALLBACK_MODELS], maxOutputTokens),
  });
  return createPersonaRuns({
    recoveryCheckMs: () => PERSONA_RECOVERY_CHECK_MS,
    recoversAlone: true,
    work: traceRuns("personas", work),
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
    keyTtlMs: config.IDEMPOTENCY_TTL_SECONDS * 1000,
    heartbeatMs: config.SSE_HEARTBEAT_MS,
    commitMs: config.STREAM_COMMIT_MS,
  });
}
