import { asRecord } from "../as-record.ts";
import { createBatchItems } from "../batch/items.ts";
import { createPortraits } from "../batch/portraits.ts";
import { type BatchStore, createBatchStore, type Portrait } from "../batch/store.ts";
import { createTakeIn } from "../batch/take-in.ts";
import { createTexts } from "../batch/texts.ts";
import { createTick } from "../batch/tick.ts";
import { batchWarnings } from "../batch/warnings.ts";
import { utcDay } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { createBatches } from "../openai/batches.ts";
import { costUsd, parseImageUsage, type Usage } from "../openai/shapes/usage.ts";
import type { Upstream } from "../openai/upstream.ts";
import { imageWorstCaseUsd, textWorstCaseUsd } from "../openai/worst-case.ts";
import { createBatchAnswers, LARGEST_INPUT } from "../personas/generation/batch-answer.ts";
import { type PersonaCaller, personaRequest } from "../personas/generation/generator.ts";
import type { PersonaPrompt } from "../personas/generation/prompt.ts";
import type { RunInput } from "../personas/generation/task.ts";
import type { Pregenerate } from "../personas/pregenerate/pregenerate.ts";
import { createPersonaStore } from "../personas/store.ts";
import { takeApart } from "../portraits/generation/answer.ts";
import { LARGEST_PROMPT } from "../portraits/generation/batch-answer.ts";
import { imageRequest } from "../portraits/generation/request.ts";
import { composeMoney } from "./budget.ts";
import { type Env, now } from "./env.ts";
import { portraitStyle } from "./library.ts";
import { composeBatchPortraits } from "./portrait-work.ts";
import { composePortraits } from "./portraits.ts";
import { composePseudonym } from "./text-calls.ts";

/** What a batch costs of the usual price. */
const PRICE = 0.5;
const newId = () => crypto.randomUUID();

const openStore = (env: Env) => createBatchStore(openDatabase(env.DB), now, newId, utcDay);

function composeTexts(env: Env, config: Config, makeNow: Pregenerate["makeNow"]) {
  const { PERSONA_MODEL: model, MODEL_PRICES: prices, PERSONA_MAX_OUTPUT_TOKENS: maxOutputTokens } = config;
  const portraits = composePortraits(env, config);
  const db = openDatabase(env.DB);
  const generator = {
    model,
    maxOutputTokens,
    portraits: config.PORTRAITS,
    reasoningEffort: config.PERSONA_REASONING_EFFORT,
    pseudonym: composePseudonym(config),
  };
  const worstCase = (input: PersonaPrompt & PersonaCaller) =>
    textWorstCaseUsd(prices, personaRequest(input, generator), maxOutputTokens) * PRICE;
  const answers = createBatchAnswers({
    ...generator,
    db,
    cost: (usage: Usage, input: RunInput | null) =>
      usage.inputTokens > 0 && usage.outputTokens > 0
        ? costUsd(prices, model, usage) * PRICE
        : worstCase(input ?? LARGEST_INPUT),
    now,
    newId,
    store: createPersonaStore(db, portraits.insertEconomy, now),
    portraitOf: portraits.portraitOf,
  });
  const { isWanted } = createBatchItems(db, now, newId);
  return createTexts({ answers, worstCaseUsd: worstCase, makeNow, isWanted });
}

function composeImages(env: Env, config: Config, store: BatchStore) {
  const { MODEL_PRICES: prices, IMAGE_MODEL: model } = config;
  const { makeOrdinarily, keep, fail } = composeBatchPortraits(env, config);
  const { notify } = composePortraits(env, config);
  const answers = {
    keep,
    fail,
    read: takeApart,
    async makeOrdinarily(keys: readonly string[]) {
      await makeOrdinarily(keys);
      if (keys.length > 0) await notify();
    },
    toRequest: (portrait: Portrait) => ({
      body: imageRequest(portrait),
      worstCaseUsd: imageWorstCaseUsd(prices, portrait) * PRICE,
    }),
    largest: { ...portraitStyle(config), prompt: LARGEST_PROMPT, key: "" },
    cost(body: unknown) {
      const usage = parseImageUsage(asRecord(body).usage);
      if (!usage || usage.outputTokens === 0) return undefined;
      const { inputTokens, outputTokens } = usage;
      return { inputTokens, outputTokens, costUsd: costUsd(prices, model, usage) * PRICE };
    },
  };
  return createPortraits(answers, store);
}

/** The five-minute cron's part in economy work. */
export function composeBatches(env: Env, config: Config, upstream: Upstream, pregenerate: Pregenerate) {
  const store = openStore(env);
  const batches = createBatches(upstream);
  const rooms = {
    chat: composeTexts(env, config, pregenerate.makeNow),
    images: composeImages(env, config, store),
  };
  const imagesLeft = async () => config.IMAGE_DAILY_LIMIT - (await store.startedImages(utcDay(now())));
  const takeIn = createTakeIn({ store, upstream: batches, results: rooms, now });
  const money = composeMoney(env, config);
  const { dropUnwanted } = createBatchItems(openDatabase(env.DB), now, newId);
  const own = { store, money, takeIn, imagesLeft, dropUnwanted, now };
  const tick = createTick({ ...own, upstream: batches, requests: rooms });
  return config.OPENAI_API_KEY === undefined ? async () => {} : tick;
}

export const composeBatchWarnings = (env: Env) => () => batchWarnings(openStore(env), now());
