import { and, asc, eq, exists, gt, inArray, lt, lte, min, or, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { utcDay } from "../../budget/guard.ts";
import type { Database } from "../../db/client.ts";
import { imageDays, personaImages as images } from "../../db/schema.ts";
import type { PortraitState, PortraitStyle } from "../key.ts";
import { UNTIL_LOOKED_AT } from "./insert.ts";

/** A claimed portrait: its worker holds the lease until it settles the row or the lease runs out. */
export interface PortraitJob extends PortraitStyle {
  readonly key: string;
  readonly prompt: string;
  readonly owner: string;
  readonly attempts: number;
  /** Calls of which nobody knows what became: they were probably billed. */
  readonly uncertainCalls: number;
  /** An earlier worker died under an upstream call, which may have been billed. */
  readonly interrupted: boolean;
}

export interface PortraitRow {
  readonly status: PortraitState;
  readonly initials: string;
  readonly size: string;
  readonly dueAt: number;
  /** It waits for a batch. */
  readonly economy: boolean;
  /** Null where nobody holds its lease. */
  readonly leaseOwner: string | null;
}

export interface MadePortrait {
  readonly contentType: string;
  readonly bytes: number;
  /** When its missing sizes are made; null where it has them all. */
  readonly sizesDueAt: number | null;
}

/** What an upstream call used. */
export interface CallCost {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  /** Nobody knows what became of it: it was probably billed. */
  readonly uncertain: boolean;
}

/** CONTRACT §4: a portrait has two calls whose outcome is not known, and then no more. */
export const MAX_UNCERTAIN_CALLS = 2;

/** `limit`: today's are used up. `exhausted`: this portrait's are. `lost`: another worker has it by now. */
export type Begun = "begun" | "limit" | "exhausted" | "lost";

export interface BeginRule {
  readonly maxAttempts: number;
  readonly dailyLimit: number;
  readonly leaseMs: number;
}

/** The portrait jobs in D1. Each method is one round trip. */
export interface PortraitJobs {
  /** Puts portraits in, by these statements, unless they are there; gives their states, by key. */
  enqueue(
    keys: readonly string[],
    statements: readonly BatchItem<"sqlite">[],
  ): Promise<Readonly<Record<string, PortraitState>>>;
  find(key: string): Promise<PortraitRow | undefined>;
  /** Leases up to `limit` portraits that are due, the longest due first, to a new owner. */
  claim(limit: number, leaseMs: number): Promise<PortraitJob[]>;
  /**
   * Counts the call that an earlier worker died under. This, and what the next four count, is counted once, however
   * often they are asked, and not at all where another worker has taken the lease, and so counted the call, by then.
   */
  interrupted(job: PortraitJob, cost: CallCost): Promise<void>;
  /** Counts one upstream call of the portrait and of the day, and renews the lease; or says why not. */
  begin(job: PortraitJob, rule: BeginRule): Promise<Begun>;
  renew(job: PortraitJob, leaseMs: number): Promise<void>;
  /** The portrait is in R2. False where the row is gone: nobody wants the portrait any more. */
  ready(job: PortraitJob, portrait: MadePortrait, cost?: CallCost): Promise<boolean>;
  /** Gives the lease back; due again at `dueAt`. */
  postpone(job: PortraitJob, dueAt: number, code: string, cost?: CallCost): Promise<void>;
  fail(job: PortraitJob, code: string, cost?: CallCost): Promise<void>;
  /** Has made what waits for somebody to look, where today's limit has room. True where any of these does. */
  takeUp(keys: readonly string[], dailyLimit: number): Promise<boolean>;
  /** Ready no longer: their portraits are lost, and are made again from the first attempt on. */
  reset(keys: readonly string[]): Promise<void>;
  /** When the next portrait is due, a leased one when its lease runs out; undefined where none is pending. */
  nextDue(): Promise<number | undefined>;
  /** Keys that are recorded as ready, in order, after `position`. */
  readyAfter(position: string, limit: number): Promise<string[]>;
}

const NO_LEASE = { leaseOwner: null, callId: null };

/** Adds a call to what the portrait's calls have come to, where it `counts`. */
const plus = (cost?: CallCost, counts: SQL = sql`TRUE`) => ({
  costUsd: sql`${images.costUsd} + ${cost?.costUsd ?? 0} * (${counts})`,
  uncertainCalls: sql`${images.uncertainCalls} + ${Number(cost?.uncertain ?? false)} * (${counts})`,
});

/** What is added to a day's figures. */
interface Figures {
  readonly generated?: number;
  readonly failed?: number;
  readonly cost?: CallCost | undefined;
}

export function createPortraitJobs(db: Database, now: () => number, newId: () => string): PortraitJobs {
  const isPending = eq(images.status, "pending");
  /** What waits for a batch is not the consumer's. */
  const isOrdinary = and(isPending, eq(images.economy, false));
  const among = (keys: readonly string[]) =>
    sql`${images.imageKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`;
  // Never null: it also says whether a call counts.
  const held = ({ key, owner }: PortraitJob) =>
    sql`(${images.imageKey} = ${key} AND ${images.leaseOwner} IS ${owner} AND ${isPending})`;

  /** Adds to today's figures where a call `counts`, or its portrait is erased by now: what it did cost is spent. */
  function count(key: string, counts: SQL, { generated = 0, failed = 0, cost }: Figures) {
    const { inputTokens = 0, outputTokens = 0, costUsd = 0 } = cost ?? {};
    const used = sql`${inputTokens}, ${outputTokens}, ${costUsd}`;
    const mine = sql`(SELECT ${counts} FROM ${images} WHERE ${images.imageKey} = ${key})`;
    return db
      .insert(imageDays)
      .select(sql`SELECT ${utcDay(now())}, 0, ${generated}, ${failed}, ${used} WHERE COALESCE(${mine}, TRUE)`)
      .onConflictDoUpdate({
        target: imageDays.day,
        set: {
          generated: sql`generated + excluded.generated`,
          failed: sql`failed + excluded.failed`,
          inputTokens: sql`input_tokens + excluded.input_tokens`,
          outputTokens: sql`output_tokens + excluded.output_tokens`,
          costUsd: sql`cost_usd + excluded.cost_usd`,
        },
      });
  }

  return {
    async enqueue(keys, [first, ...rest]) {
      if (!first) return {};
      const states = db
        .select({ key: images.imageKey, status: images.status })
        .from(images)
        .where(among(keys));
      const answers = await db.batch([first, ...rest, states]);
      const rows = answers.at(-1) as Awaited<typeof states>;
      return Object.fromEntries(rows.map(({ key, status }) => [key, status]));
    },
    async find(key) {
      const { status, initials, size, dueAt, leaseOwner, economy } = images;
      const columns = { status, initials, size, dueAt, leaseOwner, economy };
      return await db.select(columns).from(images).where(eq(images.imageKey, key)).get();
    },
    async claim(limit, leaseMs) {
      const at = now();
      const owner = newId();
      const due = db
        .select({ key: images.imageKey })
        .from(images)
        .where(and(isOrdinary, lte(images.dueAt, at)))
        .orderBy(asc(images.dueAt))
        .limit(limit);
      const rows = await db
        .update(images)
        .set({ leaseOwner: owner, dueAt: at + leaseMs, updatedAt: at })
        .where(inArray(images.imageKey, due))
        .returning();
      return rows.map(({ imageKey: key, prompt, model, size, quality, attempts, uncertainCalls, callId }) => {
        const calls = { attempts, uncertainCalls, interrupted: callId !== null };
        return { key, prompt, model, size, quality, owner, ...calls };
      });
    },
    async interrupted(job, cost) {
      const counts = sql`(${held(job)} AND ${images.callId} IS NOT NULL)`;
      const update = db
        .update(images)
        .set({ callId: null, ...plus(cost), updatedAt: now() })
        .where(counts);
      await db.batch([count(job.key, counts, { cost }), update]);
    },
    async begin(job, { maxAttempts, dailyLimit, leaseMs }) {
      const at = now();
      const day = utcDay(at);
      const callId = newId();
      const startedToday = sql`(SELECT started FROM image_days WHERE day = ${day})`;
      const left = and(lt(images.attempts, maxAttempts), lt(images.uncertainCalls, MAX_UNCERTAIN_CALLS));
      const allowed = and(left, sql`${startedToday} < ${dailyLimit}`);
      const counted = db
        .select({ key: images.imageKey })
        .from(images)
        .where(and(eq(images.imageKey, job.key), eq(images.callId, callId)));
      const [, begun, , row] = await db.batch([
        db.insert(imageDays).values({ day }).onConflictDoNothing(),
        db
          .update(images)
          .set({ attempts: sql`attempts + 1`, callId, dueAt: at + leaseMs, updatedAt: at })
          .where(and(held(job), allowed))
          .returning({ key: images.imageKey }),
        // Counts where the statement above did, and only there.
        db
          .update(imageDays)
          .set({ started: sql`started + 1` })
          .where(and(eq(imageDays.day, day), exists(counted))),
        db
          .select({ left: sql<number>`${left}` })
          .from(images)
          .where(held(job)),
      ]);
      if (begun.length > 0) return "begun";
      if (!row[0]) return "lost";
      return row[0].left ? "limit" : "exhausted";
    },
    async renew(job, leaseMs) {
      await db
        .update(images)
        .set({ dueAt: now() + leaseMs })
        .where(held(job));
    },
    async ready(job, { contentType, bytes, sizesDueAt }, cost) {
      const at = now();
      const done = { status: "ready" as const, contentType, bytes, sizesDueAt, failure: null, ...NO_LEASE };
      const update = db
        .update(images)
        .set({ ...done, ...plus(cost, held(job)), readyAt: at, updatedAt: at })
        .where(eq(images.imageKey, job.key))
        .returning({ key: images.imageKey });
      const figures = { generated: cost ? 1 : 0, cost };
      const [, rows] = await db.batch([count(job.key, held(job), figures), update]);
      return rows.length > 0;
    },
    async postpone(job, dueAt, failure, cost) {
      const update = db
        .update(images)
        .set({ dueAt, failure, ...plus(cost), updatedAt: now(), ...NO_LEASE })
        .where(held(job));
      if (cost) await db.batch([count(job.key, held(job), { cost }), update]);
      else await update;
    },
    async fail(job, failure, cost) {
      const update = db
        .update(images)
        .set({ status: "failed", failure, ...plus(cost), updatedAt: now(), ...NO_LEASE })
        .where(held(job));
      await db.batch([count(job.key, held(job), { failed: 1, cost }), update]);
    },
    async takeUp(keys, dailyLimit) {
      const startedToday = sql`(SELECT started FROM image_days WHERE day = ${utcDay(now())})`;
      const hasRoom = sql`COALESCE(${startedToday}, 0) < ${dailyLimit}`;
      const waits = or(eq(images.dueAt, UNTIL_LOOKED_AT), eq(images.economy, true));
      const waiting = and(among(keys), isPending, waits, hasRoom);
      // A look is a read: only what is taken up is written.
      const found = await db.select({ key: images.imageKey }).from(images).where(waiting).limit(1);
      if (found.length === 0) return false;
      await db.update(images).set({ dueAt: now(), updatedAt: now(), economy: false }).where(waiting);
      return true;
    },
    async reset(keys) {
      const at = now();
      await db
        .update(images)
        .set({ status: "pending", attempts: 0, uncertainCalls: 0, dueAt: at, updatedAt: at, ...NO_LEASE })
        .where(and(among(keys), eq(images.status, "ready")));
    },
    async nextDue() {
      const row = await db
        .select({ at: min(images.dueAt) })
        .from(images)
        .where(isOrdinary)
        .get();
      return row?.at ?? undefined;
    },
    async readyAfter(position, limit) {
      const rows = await db
        .select({ key: images.imageKey })
        .from(images)
        .where(and(eq(images.status, "ready"), gt(images.imageKey, position)))
        .orderBy(asc(images.imageKey))
        .limit(limit);
      return rows.map(({ key }) => key);
    },
  };
}
