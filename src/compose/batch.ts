import { createBatchItems } from "../batch/items.ts";
import { readTextLine } from "../batch/lines.ts";
import { createBatchStore, type Item, type ItemCost, type Picture } from "../batch/store.ts";
import { createTakeIn, NO_COST, type Results } from "../batch/take-in.ts";
import { createTick, type Money, type Requests } from "../batch/tick.ts";
import { ledgerName, utcDay } from "../budget/guard.ts";
import type { Config } from "../config/config.ts";
import { openDatabase } from "../db/client.ts";
import { askAgainIfLost } from "../http/availability.ts";
import { BODY_LIMIT } from "../http/body.ts";
import { createBatches } from "../openai/batches.ts";
import { maxImageTokens } from "../openai/image-tokens.ts";
import { costUsd, parseImageUsage, type Usage, worstCaseUsd } from "../openai/shapes/usage.ts";
import { maxInputTokens, maxTokens } from "../openai/token-bound.ts";
import type { Upstream } from "../openai/upstream.ts";
import { createBatchAnswers } from "../personas/generation/batch-answer.ts";
import { outputLimit, type PersonaCaller, personaRequest } from "../personas/generation/generator.ts";
import type { PersonaPrompt } from "../personas/generation/prompt.ts";
import type { RunInput } from "../personas/generation/task.ts";
import type { Pregenerate } from "../personas/pregenerate/pregenerate.ts";
import { MAX_COUNT } from "../personas/schema.ts";
import { createPersonaStore } from "../personas/store.ts";
import { type PortraitFile, takeApart } from "../portraits/generation/answer.ts";
import { imageRequest } from "../portraits/generation/generator.ts";
import { economyLimits } from "./budget.ts";
import { type Env, now } from "./env.ts";
import { portraitStyle } from "./library.ts";
import { composeBatchPictures, composePortraits } from "./portraits.ts";
import { composePseudonym } from "./text-calls.ts";

/** What a batch costs of the usual price. */
const PRICE = 0.5;
const newId = () => crypto.randomUUID();

const openStore = (env: Env) => createBatchStore(openDatabase(env.DB), now, newId, utcDay);
const inputOf = ({ inputJson }: Item) => JSON.parse(inputJson ?? "null") as RunInput | null;

/** The day's ledger of pregeneration, and the day's of everything. */
function composeMoney(env: Env, config: Config): Money {
  const open = (name: string) => env.SPEND.get(env.SPEND.idFromName(name));
  const limits = (day: string) =>
    economyLimits(config).map(({ limitUsd, share }) => ({ ledger: ledgerName(day, share), limitUsd }));
  const settle = (ledger: string, id: string, usd: number) =>
    askAgainIfLost(async () => await open(ledger).settle(id, usd));
  return {
    async reserve({ id, day }, amounts) {
      let fitting = amounts;
      for (const { ledger, limitUsd } of limits(day)) {
        const count = await askAgainIfLost(async () => await open(ledger).reserveMany(id, fitting, limitUsd));
        fitting = fitting.slice(0, count);
      }
      return fitting.length;
    },
    async settle({ id, day }, usd) {
      for (const { ledger } of limits(day)) await settle(ledger, id, usd);
    },
  };
}

/** What an input that was erased may have been. */
const LARGEST_INPUT = {
  lead: "-".repeat(BODY_LIMIT),
  count: MAX_COUNT,
  callerUserHash: null,
  callerAddressHash: "",
};

function composeTexts(env: Env, config: Config, makeNow: Pregenerate["makeNow"]): Requests & Results {
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
  const worstCase = (input: PersonaPrompt & PersonaCaller) => {
    const output = outputLimit(input.count, maxOutputTokens);
    return worstCaseUsd(prices, model, maxInputTokens(personaRequest(input, generator)), output) * PRICE;
  };
  const cost = (usage: Usage, input: RunInput | null) =>
    usage.inputTokens > 0 && usage.outputTokens > 0
      ? costUsd(prices, model, usage) * PRICE
      : worstCase(input ?? LARGEST_INPUT);
  const answers = createBatchAnswers({
    ...generator,
    db,
    cost,
    now,
    newId,
    store: createPersonaStore(db, portraits.insertEconomy, now),
    portraitOf: portraits.portraitOf,
  });
  const items = createBatchItems(db, now, newId);
  return {
    async toRequests(found) {
      return found.map((item) => {
        const input = inputOf(item);
        return input ? { body: answers.request(input), worstCaseUsd: worstCase(input) } : undefined;
      });
    },
    makeOrdinarily: (found) => makeNow(found.flatMap((item) => inputOf(item) ?? [])),
    read: async (pieces) => ({ value: await readTextLine(pieces) }),
    async accept(item, result) {
      const input = inputOf(item);
      if (result.kind !== "answer") return { outcome: input ? "again" : "done", cost: NO_COST };
      if (!input) {
        const { usage } = Object(result.body) as { usage?: unknown };
        return { outcome: "done", cost: { ...NO_COST, costUsd: answers.costOf(usage) } };
      }
      const rowId = `${item.batchId}-${item.id}`;
      const {
        outcome,
        usage,
        costUsd: usd,
      } = await answers.accept(input, rowId, result.body, () => items.isWanted(item.id));
      const { inputTokens, outputTokens } = usage;
      return { outcome, cost: { costUsd: usd, inputTokens, outputTokens } };
    },
  };
}

/** That of a portrait that was erased. */
const LARGEST_PROMPT = "-".repeat(4_000);

function composePictures(env: Env, config: Config, notify: () => Promise<void>): Requests & Results {
  const { MODEL_PRICES: prices } = config;
  const store = openStore(env);
  const pictures = composeBatchPictures(env, config);
  const keysOf = (found: readonly Item[]) => found.flatMap(({ key }) => key ?? []);
  const worstCase = ({ model, prompt, size, quality }: Omit<Picture, "key">) =>
    worstCaseUsd(prices, model, maxTokens(prompt), maxImageTokens(size, quality)) * PRICE;
  /** What the server did not say it used may have been the worst case. */
  async function costOf(key: string | null, body: unknown): Promise<ItemCost> {
    const usage = parseImageUsage((Object(body) as { usage?: unknown }).usage);
    const known = key === null ? undefined : (await store.picturesOf([key])).get(key);
    const picture = known ?? { ...portraitStyle(config), prompt: LARGEST_PROMPT };
    if (!usage || usage.outputTokens === 0) return { ...NO_COST, costUsd: worstCase(picture) };
    const { inputTokens, outputTokens } = usage;
    return { costUsd: costUsd(prices, picture.model, usage) * PRICE, inputTokens, outputTokens };
  }
  return {
    async toRequests(found) {
      const known = await store.picturesOf(keysOf(found));
      return found.map(({ key }) => {
        const picture = known.get(key ?? "");
        if (!picture) return undefined;
        return { body: imageRequest(picture), worstCaseUsd: worstCase(picture) };
      });
    },
    async makeOrdinarily(found) {
      await pictures.makeOrdinarily(keysOf(found));
      if (found.length > 0) await notify();
    },
    async read(pieces) {
      const { picture, rest: value } = await takeApart(pieces);
      return { value, picture };
    },
    async accept({ key }, result, line) {
      const cost = result.kind === "answer" ? await costOf(key, result.body) : NO_COST;
      const picture = line.picture as PortraitFile | undefined;
      if (key === null) return { outcome: "done", cost };
      if (result.kind === "answer" && picture) {
        return { outcome: "done", cost, statements: await pictures.keep(key, picture) };
      }
      if (result.kind === "answer" || result.code !== "model_refusal") return { outcome: "again", cost };
      return { outcome: "failed", cost, statements: pictures.fail(key, result.code) };
    },
  };
}

/** The five-minute cron's part in economy work. */
export function composeBatches(env: Env, config: Config, upstream: Upstream, pregenerate: Pregenerate) {
  const store = openStore(env);
  const batches = createBatches(upstream);
  const rooms = {
    chat: composeTexts(env, config, pregenerate.makeNow),
    images: composePictures(env, config, composePortraits(env, config).notify),
  };
  const imagesLeft = async () => config.IMAGE_DAILY_LIMIT - (await store.startedImages(utcDay(now())));
  const takeIn = createTakeIn({ store, upstream: batches, results: rooms, now });
  const money = composeMoney(env, config);
  const { dropUnwanted } = createBatchItems(openDatabase(env.DB), now, newId);
  const own = { store, money, takeIn, imagesLeft, dropUnwanted, now };
  const tick = createTick({ ...own, upstream: batches, requests: rooms });
  return config.OPENAI_API_KEY === undefined ? async () => {} : tick;
}

const DAY_MS = 86_400_000;

/** What `ready` says of an upstream without batches. */
export async function batchWarnings(env: Env): Promise<string[]> {
  const missing = await openStore(env).isUnsupported(now() - DAY_MS);
  return missing ? ["The model service has no Batch API: economy jobs are made at the usual price"] : [];
}
