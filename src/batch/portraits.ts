import type { BatchItem as Statement } from "drizzle-orm/batch";
import type { ProblemCode } from "../http/errors.ts";
import type { BatchStore, Item, ItemCost, Portrait } from "./store.ts";
import { type Line, NO_COST, type Results } from "./take-in.ts";
import type { Request, Requests } from "./tick.ts";

/** What this room asks of the one whose images a batch makes. `F`: one as it was in its line. */
export interface PortraitAnswers<F> {
  /** A line without its image, which is decoded as it comes. */
  readonly read: (pieces: AsyncIterable<Uint8Array>) => Promise<{ portrait?: F | undefined; rest: unknown }>;
  /** The statements of its end, which the caller sends. */
  readonly keep: (key: string, portrait: F) => Promise<Statement<"sqlite">[]>;
  readonly fail: (key: string, code: ProblemCode) => Statement<"sqlite">[];
  readonly makeOrdinarily: (keys: readonly string[]) => Promise<void>;
  readonly toRequest: (portrait: Portrait) => Request;
  /** What one that was erased may have been. */
  readonly largest: Portrait;
  /** Undefined where the answer does not say what it used: it costs its worst case. */
  readonly cost: (body: unknown) => ItemCost | undefined;
}

/** The lines of `images/generations`. */
export function createPortraits<F>(
  answers: PortraitAnswers<F>,
  store: Pick<BatchStore, "findPortraits">,
): Requests & Results {
  async function toCost(key: string | null, body: unknown): Promise<ItemCost> {
    const cost = answers.cost(body);
    if (cost) return cost;
    const portrait = (await store.findPortraits(key === null ? [] : [key])).get(key ?? "") ?? answers.largest;
    return { ...NO_COST, costUsd: answers.toRequest(portrait).worstCaseUsd };
  }

  const toKeys = (items: readonly Item[]) => items.flatMap(({ key }) => key ?? []);
  return {
    async toRequests(items) {
      const known = await store.findPortraits(toKeys(items));
      return items.map(({ key }) => {
        const portrait = known.get(key ?? "");
        return portrait && answers.toRequest(portrait);
      });
    },
    makeOrdinarily: (items) => answers.makeOrdinarily(toKeys(items)),
    async read(pieces): Promise<Line> {
      const { portrait, rest: value } = await answers.read(pieces);
      return { value, portrait };
    },
    async accept({ key }, result, line) {
      const cost = result.kind === "answer" ? await toCost(key, result.body) : NO_COST;
      const portrait = line.portrait as F | undefined;
      if (key === null) return { outcome: "done", cost };
      if (result.kind === "answer" && portrait)
        return { outcome: "done", cost, statements: await answers.keep(key, portrait) };
      if (result.kind === "answer" || result.code !== "model_refusal") return { outcome: "again", cost };
      return { outcome: "failed", cost, statements: answers.fail(key, result.code) };
    },
  };
}
