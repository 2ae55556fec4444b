import { type ChatRuns, createChatRuns } from "../chat/object.ts";
import type { ChatRoutesDeps } from "../chat/routes.ts";
import { consumeLog, createChatStore } from "../chat/store.ts";
import { createChatTask } from "../chat/task.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import type { RunRow } from "../db/request-log.ts";
import { createHasher } from "../hash.ts";
import { insist } from "../http/availability.ts";
import { describeError, log } from "../log.ts";
import { costUsd } from "../openai/shapes/usage.ts";
import { createFindPersona, createPersonaStore } from "../personas/store.ts";
import { toRedaction } from "../redact.ts";
import { createPending } from "../runs/pending.ts";
import { composeAdmission } from "./budget.ts";
import { chatObject, type Env, now, validConfig } from "./env.ts";
import { composePortraits } from "./portraits.ts";
import { callsFor, composePseudonym } from "./text-calls.ts";
import { traceRuns } from "./tracing.ts";

export function composeChat(env: Env, config: Config): ChatRoutesDeps {
  const hash = createHasher(config.HASH_SECRET);
  const store = createPersonaStore(openDatabase(env.DB), composePortraits(env, config).insert, now);
  return {
    hash,
    now,
    redact: toRedaction(config.REDACT),
    historyChars: config.CHAT_HISTORY_CHARS,
    cost: ({ model, usage }) => costUsd(config.MODEL_PRICES, model, { ...usage, cacheWriteTokens: 0 }),
    runs: (name) => chatObject(env, name),
    findPersona: createFindPersona({ store, hash, scope: config.PERSONA_CACHE_SCOPE }),
  };
}

/** What the Durable Object of a chat does. */
export function composeChatRuns(ctx: DurableObjectState, env: Env): ChatRuns {
  const config = validConfig(env);
  const { CHAT_MODEL: model, CHAT_MAX_OUTPUT_TOKENS: maxOutputTokens } = config;
  const { waitUntil, ended: written } = createPending((promise) => ctx.waitUntil(promise));
  const store = createChatStore(openDatabase(env.DB), env.CHAT_LOG);
  const inTime = (write: (row: RunRow) => Promise<void>) => (row: RunRow) => {
    const failed = (error: unknown) => log.error("store.failed", { run: row.id, ...describeError(error) });
    const written = insist(() => write(row)).catch(failed);
    waitUntil(written);
    return written;
  };

  const work = createChatTask({
    now,
    model,
    maxOutputTokens,
    record: inTime(store.record),
    recordStart: inTime(store.recordStart),
    reasoningEffort: config.CHAT_REASONING_EFFORT,
    pseudonym: composePseudonym(config),
    openCalls: callsFor({ ctx, env, config }, [model, ...config.CHAT_FALLBACK_MODELS], maxOutputTokens),
  });
  return createChatRuns({
    work: traceRuns("chat", work),
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

/** What the consumer of the log's queue does; no variable has a say in it. */
export function composeChatLog({ DB, CHAT_LOG }: Env): (batch: MessageBatch) => Promise<void> {
  const { write } = createChatStore(openDatabase(DB), CHAT_LOG);
  return ({ messages }) => consumeLog(messages as readonly Message<RunRow>[], write);
}
