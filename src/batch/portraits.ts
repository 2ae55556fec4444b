import type { BatchItem as Statement } from "drizzle-orm/batch";
import type { ProblemCode } from "../http/errors.ts";
import type { BatchStore, Item, ItemCost, Picture } from "./store.ts";
import { type Line, NO_COST, type Results } from "./take-in.ts";
import type { Request, Requests } from "./tick.ts";

/** What this room asks of the one whose images a batch makes. `F`: one as it was in its line. */
export interface PortraitAnswers<F> {
  /** A line without its image, which is decoded as it comes. */
  readonly read: (pieces: AsyncIterable<Uint8Array>) => Promise<{ picture?: F | undefined; rest: unknown }>;
  /** The statements of its end, which the caller sends. */
  readonly keep: (key: string, picture: F) => Promise<Statement<"sqlite">[]>;
  readonly fail: (key: string, code: ProblemCode) => Statement<"sqlite">[];
  readonly makeOrdinarily: (keys: readonly string[]) => Promise<void>;
  readonly toRequest: (picture: Picture) => Request;
  /** What one that was erased may have been. */
  readonly largest: Picture;
  /** Undefined where the answer does not say what it used: it costs its worst case. */
  readonly cost: (body: unknown) => ItemCost | undefined;
}

/** The lines of `images/generations`. */
export function createPortraits<F>(
  answers: PortraitAnswers<F>,
  store: Pick<BatchStore, "picturesOf">,
): Requests & Results {
  async function costOf(key: string | null, body: unknown): Promise<ItemCost> {
    const cost = answers.cost(body);
    if (cost) return cost;
    const picture = (await store.picturesOf(key === null ? [] : [key])).get(key ?? "") ?? answers.largest;
    return { ...NO_COST, costUsd: answers.toRequest(picture).worstCaseUsd };
  }

  const keysOf = (items: readonly Item[]) => items.flatMap(({ key }) => key ?? []);
  return {
    async toRequests(items) {
      const known = await store.picturesOf(keysOf(items));
      return items.map(({ key }) => {
        const picture = known.get(key ?? "");
        return picture && answers.toRequest(picture);
      });
    },
    makeOrdinarily: (items) => answers.makeOrdinarily(keysOf(items)),
    async read(pieces): Promise<Line> {
      const { picture, rest: value } = await answers.read(pieces);
      return { value, picture };
    },
    async accept({ key }, result, line) {
      const cost = result.kind === "answer" ? await costOf(key, result.body) : NO_COST;
      const picture = line.picture as F | undefined;
      if (key === null) return { outcome: "done", cost };
      if (result.kind === "answer" && picture)
        return { outcome: "done", cost, statements: await answers.keep(key, picture) };
      if (result.kind === "answer" || result.code !== "model_refusal") return { outcome: "again", cost };
      return { outcome: "failed", cost, statements: answers.fail(key, result.code) };
    },
  };
}
