import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { personaCache } from "../../db/schema.ts";
import { askAgainIfLost, overloaded } from "../../http/availability.ts";
import { PROBLEMS, type ProblemCode } from "../../http/errors.ts";
import { describeError, log } from "../../log.ts";
import type { PersonaRuns } from "../generation/object.ts";
import type { RunInput } from "../generation/task.ts";
import type { PregenerateMode } from "../schema.ts";
import type { JobStore } from "./job-store.ts";

/** A message of the queue: the lead waits here, and nowhere else. */
export interface PregenerateMessage {
  readonly jobId: string;
  readonly input: RunInput;
}

export interface PregenerateDeps {
  readonly db: Database;
  readonly jobs: JobStore;
  readonly queue: Pick<Queue<PregenerateMessage>, "sendBatch">;
  readonly runs: (key: string) => Pick<PersonaRuns, "join">;
  /** Has portraits made that wait for somebody who wants them, by image key. Never rejects. */
  readonly wantPortraits: (imageKeys: readonly string[]) => Promise<void>;
  /** Has sets made by the Batch API. */
  readonly enqueueEconomy: (inputs: readonly RunInput[]) => Promise<void>;
  readonly newId: () => string;
}

export interface Pregenerate {
  /** Has sets made in the background; those that are there are not made again. */
  accept(
    inputs: readonly RunInput[],
    mode: PregenerateMode,
  ): Promise<{ jobId: string; accepted: number; alreadyCached: number }>;
  /** Makes one. Gives why it failed where that may pass; undefined where nothing is left to do. */
  work(message: PregenerateMessage): Promise<ProblemCode | undefined>;
  /** It failed for good. Never rejects. */
  giveUp(message: PregenerateMessage, code: ProblemCode): Promise<void>;
  /** By the queue, what was to be made by a batch; nothing where no job wants it any more. */
  makeNow(inputs: readonly RunInput[]): Promise<void>;
  /** The cron's part: portraits that wait for somebody, and jobs that have ended. */
  lookAfter(): Promise<void>;
}

// The queue takes batches of 256 KB.
const MAX_BATCH_BYTES = 250_000;
/** It takes messages of 128 KB: what an input may have in one. */
export const MAX_INPUT_BYTES = 127_000;
/** That a model's answer was of no use was found twice: asking on would only be paid for. */
const mayPass = (code: ProblemCode) => PROBLEMS[code].retryable && code !== "upstream_invalid_output";
/** Portraits that one cron wants; the next wants the others. */
const MAX_WANTED = 1_000;

const encoder = new TextEncoder();

export const jsonBytes = (value: unknown) => encoder.encode(JSON.stringify(value)).byteLength;

/** In batches that the queue takes: by count and by bytes. */
export function toBatches(messages: readonly PregenerateMessage[]): PregenerateMessage[][] {
  const batches: PregenerateMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = jsonBytes(message);
    if (bytes + size > MAX_BATCH_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += size;
  }
  return batches;
}

export function createPregenerate(deps: PregenerateDeps): Pregenerate {
  const { db, jobs, queue, runs, wantPortraits } = deps;

  async function cachedKeys(keys: readonly string[]): Promise<Set<string>> {
    const rows = await db
      .select({ key: personaCache.inputHash })
      .from(personaCache)
      .where(sql`${personaCache.inputHash} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
    return new Set(rows.map(({ key }) => key));
  }

  async function findPortraits(keys: ReadonlySet<string>): Promise<string[]> {
    const rows = await db
      .select({ imageKey: sql<string>`persona.value ->> 'imageKey'` })
      .from(sql`${personaCache}, json_each(${personaCache.personasJson}) AS persona`)
      .where(sql`${personaCache.inputHash} IN (SELECT value FROM json_each(${JSON.stringify([...keys])}))`);
    return rows.map(({ imageKey }) => imageKey);
  }

  async function send(jobId: string, inputs: readonly RunInput[]): Promise<void> {
    for (const batch of toBatches(inputs.map((input) => ({ jobId, input })))) {
      await queue.sendBatch(batch.map((body) => ({ body })));
    }
  }

  /** A job that the queue would not take is told as an error, and does not wait for ever. */
  async function sendOrCancel(jobId: string, inputs: readonly RunInput[]): Promise<void> {
    try {
      await send(jobId, inputs);
    } catch (error) {
      await askAgainIfLost(() => jobs.cancel(jobId));
      throw overloaded(error);
    }
  }

  return {
    async accept(inputs, mode) {
      const jobId = deps.newId();
      const cached = await cachedKeys(inputs.map(({ key }) => key));
      const missing = new Map(
        inputs.filter(({ key }) => !cached.has(key)).map((input) => [input.key, input]),
      );
      const asked = inputs.map(({ key, emailHash }) => ({ key, emailHash, cached: cached.has(key) }));
      // One that is there though its caller was told of an error would never end.
      await askAgainIfLost(() => jobs.create({ id: jobId, mode, inputs: asked }));
      if (mode === "economy") await deps.enqueueEconomy([...missing.values()]);
      else await sendOrCancel(jobId, [...missing.values()]);
      // Those of an economy job can wait for the cron.
      if (mode === "now" && cached.size > 0) await wantPortraits(await findPortraits(cached));
      const alreadyCached = asked.filter((input) => input.cached).length;
      return { jobId, accepted: inputs.length - alreadyCached, alreadyCached };
    },
    async work({ jobId, input }) {
      const { key } = input;
      if (!(await jobs.isWanted(jobId, key))) return undefined;
      const there = (await cachedKeys([key])).has(key);
      const join = { input, requestKey: key, refresh: false, acceptStale: false, skipRateLimit: true };
      const answer = there ? undefined : await runs(key).join(join);
      if (answer?.kind !== "failure") {
        const made = answer?.kind === "set" && answer.how === "started";
        await jobs.finish(jobId, key, { state: "done", costUsd: made ? answer.set.cost.usd : 0, made });
        return undefined;
      }
      const { code } = answer.failure;
      log.warn("pregenerate.failed", { code });
      if (mayPass(code)) return code;
      await jobs.finish(jobId, key, { state: "failed", code, costUsd: 0 });
      return undefined;
    },
    async giveUp({ jobId, input }, code) {
      const outcome = { state: "failed" as const, code, costUsd: 0 };
      await jobs.finish(jobId, input.key, outcome).catch((error) => {
        log.error("store.failed", describeError(error));
      });
    },
    async makeNow(inputs) {
      for (const input of inputs) {
        const jobId = await jobs.wantedBy(input.key);
        if (jobId !== undefined) await send(jobId, [input]);
      }
    },
    async lookAfter() {
      await jobs.settle();
      const pending = await jobs.pendingPortraits(MAX_WANTED);
      if (pending.length > 0) await wantPortraits(pending);
    },
  };
}
