import { eq, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { pregenerateJobs as jobs, personaCache } from "../db/schema.ts";
import { PROBLEMS } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import type { PersonaRuns } from "./generation/object.ts";
import type { RunInput } from "./generation/task.ts";

/** A message of the queue: the lead waits here, and nowhere else. */
export interface PregenerateMessage {
  readonly input: RunInput;
}

export interface PregenerateDeps {
  readonly db: Database;
  readonly queue: Pick<Queue<PregenerateMessage>, "sendBatch">;
  readonly runs: (key: string) => Pick<PersonaRuns, "join">;
  /** Has portraits made that wait for somebody who wants them, by image key. Never rejects. */
  readonly wantPortraits: (imageKeys: readonly string[]) => Promise<void>;
  readonly now: () => number;
}

export interface Pregenerate {
  /** Has sets made in the background; those that are there are not made again. */
  accept(inputs: readonly RunInput[]): Promise<{ accepted: number; alreadyCached: number }>;
  /** Makes one. `again`: it failed in a way that may pass. */
  work(message: PregenerateMessage): Promise<"done" | "again">;
  /** It failed for good. */
  giveUp(message: PregenerateMessage): Promise<void>;
  progress(): Promise<{ pending: number; done: number; failed: number }>;
}

type State = (typeof jobs.$inferSelect)["state"];

// A batch of messages may have 256 KB in all, and one here has at most some 66.
const MAX_BATCH_CHARS = 128 * 1024;

function toBatches(messages: readonly PregenerateMessage[]): PregenerateMessage[][] {
  const batches: PregenerateMessage[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = JSON.stringify(message).length;
    if (chars + size > MAX_BATCH_CHARS) {
      batches.push([]);
      chars = 0;
    }
    batches.at(-1)?.push(message);
    chars += size;
  }
  return batches;
}

export function createPregenerate({ db, queue, runs, wantPortraits, now }: PregenerateDeps): Pregenerate {
  async function cachedKeys(keys: readonly string[]): Promise<Set<string>> {
    const rows = await db
      .select({ key: personaCache.inputHash })
      .from(personaCache)
      .where(sql`${personaCache.inputHash} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
    return new Set(rows.map(({ key }) => key));
  }

  async function portraitsOf(keys: ReadonlySet<string>): Promise<string[]> {
    const rows = await db
      .select({ imageKey: sql<string>`persona.value ->> 'imageKey'` })
      .from(sql`${personaCache}, json_each(${personaCache.personasJson}) AS persona`)
      .where(sql`${personaCache.inputHash} IN (SELECT value FROM json_each(${JSON.stringify([...keys])}))`);
    return rows.map(({ imageKey }) => imageKey);
  }

  async function enlist(inputs: readonly RunInput[]): Promise<void> {
    const rows = inputs.map(({ key, emailHash }) => ({ inputHash: key, emailHash }));
    const asked = JSON.stringify(rows);
    await db
      .insert(jobs)
      .select(
        sql`SELECT value ->> 'inputHash', 'pending', value ->> 'emailHash', ${now()} FROM json_each(${asked}) WHERE true`,
      )
      .onConflictDoUpdate({ target: jobs.inputHash, set: { state: "pending", updatedAt: now() } });
  }

  async function finish(key: string, state: State): Promise<void> {
    await db.update(jobs).set({ state, updatedAt: now() }).where(eq(jobs.inputHash, key));
  }

  /** False where somebody has erased it meanwhile. */
  async function isWanted(key: string): Promise<boolean> {
    const row = await db.select({ state: jobs.state }).from(jobs).where(eq(jobs.inputHash, key)).get();
    return row?.state === "pending";
  }

  return {
    async accept(inputs) {
      const cached = await cachedKeys(inputs.map(({ key }) => key));
      const missing = new Map(
        inputs.filter(({ key }) => !cached.has(key)).map((input) => [input.key, input]),
      );
      const wanted = [...missing.values()];
      if (wanted.length > 0) await enlist(wanted);
      for (const batch of toBatches(wanted.map((input) => ({ input })))) {
        await queue.sendBatch(batch.map((body) => ({ body })));
      }
      if (cached.size > 0) await wantPortraits(await portraitsOf(cached));
      const alreadyCached = inputs.filter(({ key }) => cached.has(key)).length;
      return { accepted: inputs.length - alreadyCached, alreadyCached };
    },
    async work({ input }) {
      const { key } = input;
      if (!(await isWanted(key))) return "done";
      const there = (await cachedKeys([key])).has(key);
      const join = { input, requestKey: key, refresh: false, acceptStale: false, skipRateLimit: true };
      const answer = there ? undefined : await runs(key).join(join);
      if (answer?.kind !== "failure") {
        await finish(key, "done");
        return "done";
      }
      const { code } = answer.failure;
      log.warn("pregenerate.failed", { code });
      if (PROBLEMS[code].retryable) return "again";
      await finish(key, "failed");
      return "done";
    },
    async giveUp({ input }) {
      await finish(input.key, "failed").catch((error) => log.error("store.failed", describeError(error)));
    },
    async progress() {
      const counted = { state: jobs.state, count: sql<number>`COUNT(*)` };
      const rows = await db.select(counted).from(jobs).groupBy(jobs.state);
      const of = (state: State) => rows.find((row) => row.state === state)?.count ?? 0;
      return { pending: of("pending"), done: of("done"), failed: of("failed") };
    },
  };
}
