import { log } from "../log.ts";
import type { Batches } from "../openai/batches.ts";
import { UpstreamError } from "../openai/failures.ts";
import { type LineResult, parseLine, splitLines } from "./lines.ts";
import { type Batch, type BatchStore, type Endpoint, type Item, type ItemCost, MAX_ASKED } from "./store.ts";

/** What became of an item: `again` where a later batch, and then the ordinary way, may do better. */
export interface Taken {
  readonly outcome: "done" | "failed" | "again";
  readonly cost: ItemCost;
  /** What goes into D1 together with the item's end. */
  readonly statements?: Parameters<BatchStore["settle"]>[3];
}

/** A line as it was read, with the portrait that was in it. */
export interface Line {
  readonly value: unknown;
  readonly portrait?: unknown;
}

/** What a room does with the results of its endpoint. */
export interface Results {
  read(pieces: AsyncIterable<Uint8Array>): Promise<Line>;
  accept(item: Item, result: LineResult, line: Line): Promise<Taken>;
}

export interface TakeInDeps {
  readonly store: BatchStore;
  readonly upstream: Pick<Batches, "open">;
  readonly results: Readonly<Record<Endpoint, Results>>;
  readonly now: () => number;
}

/**
 * Takes the results of a batch that is over in, line by line. `whole`: nothing is left for a later tick. `failed`:
 * items that two batches could not make.
 */
export type TakeIn = (batch: Batch) => Promise<{ whole: boolean; failed: Item[] }>;

// An invocation has 15 minutes; the next tick goes on where this one stops.
const WORK_MS = 8 * 60_000;
export const NO_COST: ItemCost = { costUsd: 0, inputTokens: 0, outputTokens: 0 };

type Counts = Record<"done" | "failed" | "again" | "expired" | "foreign" | "malformed" | "missing", number>;

function inWords(counts: Counts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(", ");
}

export function createTakeIn({ store, upstream, results, now }: TakeInDeps): TakeIn {
  async function takeLine(batch: Batch, pieces: AsyncIterable<Uint8Array>, counts: Counts): Promise<void> {
    const room = results[batch.endpoint];
    const line = await room.read(pieces).catch(() => undefined);
    const result = line && parseLine(line.value);
    if (!line || !result) {
      counts.malformed += 1;
      return;
    }
    const item = await store.find(batch, result.id);
    if (!item || item.asked >= MAX_ASKED) {
      counts.foreign += 1; // or a line that came before
      return;
    }
    const taken = await room.accept(item, result, line);
    counts[result.kind === "expired" ? "expired" : taken.outcome] += 1;
    const settle = taken.outcome === "again" ? store.askAgain : store.settle;
    await settle(batch, item, taken.cost, taken.statements);
  }

  /** False where the time did not suffice. */
  async function takeFile(batch: Batch, file: string, until: number, counts: Counts): Promise<boolean> {
    const body = await upstream.open(file).catch((error: unknown) => {
      if (error instanceof UpstreamError && error.status === 404) return undefined; // it has gone
      throw error;
    });
    if (!body) return true;
    for await (const pieces of splitLines(body)) {
      if (now() > until) return false;
      await takeLine(batch, pieces, counts);
    }
    return true;
  }

  return async function takeIn(batch) {
    const until = now() + WORK_MS;
    const counts = { done: 0, failed: 0, again: 0, expired: 0, foreign: 0, malformed: 0, missing: 0 };
    for (const file of [batch.outputFile, batch.errorFile]) {
      if (file && !(await takeFile(batch, file, until, counts))) return { whole: false, failed: [] };
    }
    const left = await store.itemsOf(batch);
    const missing = left.filter(({ asked }) => asked < MAX_ASKED);
    counts.missing = missing.length;
    if (batch.cancelled)
      await store.release(batch); // one may be wanted again by now
    else for (const item of missing) await store.askAgain(batch, item, NO_COST);
    const failed = await store.itemsOf(batch);
    log.info("batch.taken", { count: counts.done, reason: inWords(counts) });
    return { whole: true, failed };
  };
}
