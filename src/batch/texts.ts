import type { BatchItem as Statement } from "drizzle-orm/batch";
import { asRecord } from "../as-record.ts";
import { readTextLine } from "./lines.ts";
import type { Item } from "./store.ts";
import { NO_COST, type Results, type Taken } from "./take-in.ts";
import type { Requests } from "./tick.ts";

/** What this room asks of the one whose texts a batch makes. `I`: what a text is made from. */
export interface TextAnswers<I> {
  /** The body of a line. */
  request(input: I): object;
  /** Takes an answer in, for a row of the log. `wanted`: false where its subject was erased meanwhile. */
  accept(input: I, rowId: string, body: unknown, wanted: () => Promise<boolean>): Promise<TextAnswer>;
  /** What an answer that nobody wants any more has cost. US dollars. */
  toCostUsd(usage: unknown): number;
}

interface TextAnswer {
  readonly outcome: Taken["outcome"];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
  readonly costUsd: number;
  /** For the caller to send with the item's end. */
  readonly statements: readonly Statement<"sqlite">[];
}

export interface TextsDeps<I> {
  readonly answers: TextAnswers<I>;
  /** The most that a line costs by batch. US dollars. */
  readonly worstCaseUsd: (input: I) => number;
  readonly makeNow: (inputs: readonly I[]) => Promise<void>;
  readonly isWanted: (id: string) => Promise<boolean>;
}

/** The lines of `chat/completions`. */
export function createTexts<I>({
  answers,
  worstCaseUsd,
  makeNow,
  isWanted,
}: TextsDeps<I>): Requests & Results {
  const parseInput = ({ inputJson }: Item) => JSON.parse(inputJson ?? "null") as I | null;

  async function takeIn(item: Item, input: I, body: unknown): Promise<Taken> {
    const rowId = `${item.batchId}-${item.id}`;
    const answer = await answers.accept(input, rowId, body, () => isWanted(item.id));
    const { outcome, usage, costUsd, statements } = answer;
    const { inputTokens, outputTokens } = usage;
    return { outcome, statements, cost: { costUsd, inputTokens, outputTokens } };
  }

  return {
    async toRequests(items) {
      return items.map((item) => {
        const input = parseInput(item);
        return input ? { body: answers.request(input), worstCaseUsd: worstCaseUsd(input) } : undefined;
      });
    },
    makeOrdinarily: (items) => makeNow(items.flatMap((item) => parseInput(item) ?? [])),
    read: async (pieces) => ({ value: await readTextLine(pieces) }),
    async accept(item, result) {
      const input = parseInput(item);
      if (result.kind !== "answer") return { outcome: input ? "again" : "done", cost: NO_COST };
      if (input) return await takeIn(item, input, result.body);
      const costUsd = answers.toCostUsd(asRecord(result.body).usage);
      return { outcome: "done", cost: { ...NO_COST, costUsd } };
    },
  };
}
