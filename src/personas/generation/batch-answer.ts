import { and, eq, sql } from "drizzle-orm";
import type { BatchItem as Statement } from "drizzle-orm/batch";
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import { asRecord } from "../../as-record.ts";
import type { Database } from "../../db/client.ts";
import { pregenerateInputs as inputs } from "../../db/schema.ts";
import { BODY_LIMIT } from "../../http/body.ts";
import { PROBLEMS, type ProblemCode } from "../../http/errors.ts";
import { wellFormed } from "../../openai/shapes/answer-text.ts";
import { readPart } from "../../openai/shapes/completion-shape.ts";
import { parseUsage, type Usage } from "../../openai/shapes/usage.ts";
import type { StoredPersona } from "../presenter.ts";
import { MAX_COUNT, type Traits } from "../schema.ts";
import type { PersonaStore } from "../store.ts";
import { type Asked, createAnswerParser } from "./answer-parser.ts";
import { type GeneratorModel, personaRequest } from "./generator.ts";
import type { Portrait } from "./ordered-emitter.ts";
import type { RunInput } from "./task.ts";

export interface BatchAnswerDeps extends GeneratorModel {
  readonly db: Database;
  /** Its portraits wait for a batch, too. */
  readonly store: Pick<PersonaStore, "find" | "save" | "remove">;
  /** `others` come before it in its set. */
  readonly portraitOf: (traits: Traits, others: readonly StoredPersona[]) => Portrait;
  /** US dollars, at the price of a batch; its worst case where the server did not say what it used. */
  readonly cost: (usage: Usage, input: RunInput | null) => number;
  readonly now: () => number;
  readonly newId: () => string;
}

/** What one line of a batch came to. */
export interface BatchAnswer {
  readonly outcome: "done" | "failed" | "again";
  readonly usage: Usage;
  readonly costUsd: number;
  /** What jobs are told: once, with the line's own end. */
  readonly statements: readonly Statement<"sqlite">[];
}

type Spent = Pick<BatchAnswer, "usage" | "costUsd">;

/** What an input that was erased may have been. */
export const LARGEST_INPUT = {
  lead: "-".repeat(BODY_LIMIT),
  count: MAX_COUNT,
  callerUserHash: null,
  callerAddressHash: "",
};

const ROUTE = "/api/admin/pregenerate";

/** The `finish_reason` of an answer that is not whole. */
const CUT_OFF = new Set(["", "length", "error"]);

/** The personas in an answer of `chat/completions`, or why there are none. */
function readAnswer(body: unknown, asked: Asked): Traits[] | "model_refusal" | "upstream_invalid_output" {
  const { text, refusal, finishReason } = readPart(body);
  if (finishReason === "content_filter" || refusal !== "") return "model_refusal";
  const personas: Traits[] = [];
  try {
    const parser = createAnswerParser(asked, (persona) => personas.push(persona));
    parser.write(wellFormed(text));
    return parser.end() && !CUT_OFF.has(finishReason) ? personas : "upstream_invalid_output";
  } catch {
    return "upstream_invalid_output";
  }
}

/** A set by a batch: the same request, tables and log rows as by a run, but one answer and half the price. */
export function createBatchAnswers(deps: BatchAnswerDeps) {
  const { db, store, now } = deps;

  function logRow(input: RunInput, rowId: string, { usage, costUsd }: Spent) {
    const { key: requestHash, emailHash, callerUserHash, callerAddressHash, setId } = input;
    const whose = { requestHash, emailHash, callerUserHash, callerAddressHash, setId };
    const times = { createdAt: now(), upstreamMs: 0, totalMs: 0 };
    return {
      id: rowId,
      route: ROUTE,
      status: 200,
      model: deps.model,
      calls: 1,
      ...usage,
      costUsd,
      ...whose,
      ...times,
    };
  }

  /** What a line has cost, and whether it made the set: told to the first job that waits for it, or that asked for it. */
  function charge(key: string, costUsd: number, made: boolean) {
    const first = sql`rowid = (SELECT rowid FROM pregenerate_inputs WHERE input_hash = ${key}
      ORDER BY state = 'pending' DESC, rowid LIMIT 1)`;
    const sums = { costUsd: sql`cost_usd + ${costUsd}`, batchUsd: sql`batch_usd + ${costUsd}` };
    return db
      .update(inputs)
      .set({ ...sums, ...(made && { made }) })
      .where(first);
  }

  /** The end of a set, told to all jobs that wait for it. */
  function end(key: string, failure: ProblemCode | undefined) {
    return db
      .update(inputs)
      .set(failure ? { state: "failed", code: failure } : { state: "done" })
      .where(and(eq(inputs.inputHash, key), eq(inputs.state, "pending")));
  }

  /** False where somebody asked for it meanwhile: theirs stays. */
  async function keep(input: RunInput, rowId: string, personas: readonly Traits[], spent: Spent) {
    const { key, setId, emailHash, userHash } = input;
    const row = logRow(input, rowId, spent);
    const there = await store.find(key);
    if (there.kind === "hit") {
      await store.save({ row, missing: [], claims: [] });
      return there.set.lastShownOn === null; // nobody has: it is this line's, taken in once before
    }
    const portraits: Portrait[] = [];
    const made: StoredPersona[] = [];
    for (const traits of personas) {
      const portrait = deps.portraitOf(traits, made);
      portraits.push(portrait);
      made.push({ ...traits, id: deps.newId(), imageKey: portrait.key });
    }
    const cost = { usd: spent.costUsd, tokens: spent.usage.inputTokens + spent.usage.outputTokens };
    const whose = { key, setId, emailHash, userHash, model: deps.model };
    const set = { ...whose, personas: made, states: {}, cost, createdAt: now() };
    await store.save({ set, row, missing: portraits, claims: [] });
    return true;
  }

  return {
    /** The body of a line. */
    request(input: RunInput): Omit<ChatCompletionCreateParamsStreaming, "stream" | "stream_options"> {
      const { stream: _, stream_options: __, ...body } = personaRequest(input, deps);
      return body;
    },
    /** What an answer that nobody wants any more has cost. US dollars. */
    toCostUsd: (usage: unknown) => deps.cost(parseUsage(usage), null),
    /** Takes an answer in, for the row of the log that is named. `wanted`: false where it was erased. */
    async accept(
      input: RunInput,
      rowId: string,
      body: unknown,
      wanted: () => Promise<boolean>,
    ): Promise<BatchAnswer> {
      const usage = parseUsage(asRecord(body).usage);
      const spent = { usage, costUsd: deps.cost(usage, input) };
      const answer = readAnswer(body, { count: input.count, portraits: deps.portraits });
      const code = typeof answer === "string" ? answer : undefined;
      const made = typeof answer !== "string" && (await keep(input, rowId, answer, spent));
      if (code) {
        const row = { ...logRow(input, rowId, spent), status: PROBLEMS[code].status, code };
        await store.save({ row, missing: [], claims: [] });
      }
      if (!(await wanted())) await store.remove(input.key);
      const charged = charge(input.key, spent.costUsd, made);
      if (code === "upstream_invalid_output") return { outcome: "again", ...spent, statements: [charged] };
      const statements = [charged, end(input.key, code)];
      return { outcome: code ? "failed" : "done", ...spent, statements };
    },
  };
}
