import type { BudgetGuard, Reservation } from "../../budget/guard.ts";
import { insist } from "../../http/availability.ts";
import { Problem } from "../../http/errors.ts";
import { describeError, log } from "../../log.ts";
import type { PortraitBucket, StoredPortrait } from "../bucket.ts";
import type { Attempt, Generate } from "../generation/generator.ts";
import type { PortraitFile } from "../generation/portrait-bytes.ts";
import { nextSizesAt } from "../sizes/jobs.ts";
import type { MakeSizes, SizesMade } from "../sizes/sizes.ts";
import { UNTIL_LOOKED_AT } from "./insert.ts";
import { afterFailure, nextUtcDay, type RetryRule } from "./lease.ts";
import {
  type BeginRule,
  type Begun,
  MAX_UNCERTAIN_CALLS,
  type PortraitJob,
  type PortraitJobs,
} from "./store.ts";

export interface JobDeps {
  readonly store: PortraitJobs;
  readonly bucket: Pick<PortraitBucket, "head" | "put" | "remove" | "removeSizes">;
  readonly makeSizes: MakeSizes;
  readonly generate: Generate;
  /** Out of whose money a portrait is paid. */
  readonly budgetOf: (job: PortraitJob) => BudgetGuard;
  /** US dollars. */
  readonly worstCase: (job: PortraitJob) => number;
  readonly rule: BeginRule & RetryRule;
  /** Whether there is an upstream to ask. */
  readonly configured: boolean;
  readonly now: () => number;
}

/** Storing and making sizes take a second or two; a lease with less than this left is renewed first. Milliseconds. */
const STORE_MS = 30_000;
/** After what neither the portrait nor its upstream caused: D1 or R2 away, no key. Milliseconds. */
const LATER_MS = 60_000;

/** What is known of a portrait that is in R2. */
type Kept = Pick<StoredPortrait, "contentType" | "bytes">;

/** Enough of the key to find the portrait by. */
export const shortKey = (key: string) => key.slice(0, 12);

/** One portrait, from its claim to its row's next state. Each step can be done again without harm. */
export function createPortraitJob(deps: JobDeps): (job: PortraitJob) => Promise<void> {
  const { store, bucket, rule, now } = deps;

  /** R2 before the row: what is called ready is there. */
  async function keep(job: PortraitJob, portrait: PortraitFile, leaseEnd: number): Promise<void> {
    if (leaseEnd - now() < STORE_MS) await store.renew(job, rule.leaseMs).catch(() => {});
    await insist(() => bucket.put(job.key, portrait));
  }

  /** The portrait was paid for: whatever becomes of its sizes, it is not bought again. */
  async function sized(key: string): Promise<SizesMade> {
    try {
      return await deps.makeSizes(key);
    } catch (error) {
      log.error("portrait.sizes", { image: shortKey(key), ...describeError(error) });
      return "missing";
    }
  }

  async function ready(job: PortraitJob, { contentType, bytes }: Kept, attempt?: Attempt) {
    const sizes = await sized(job.key);
    const sizesDueAt = sizes === "missing" ? nextSizesAt(now(), now()) : null;
    const made = { contentType, bytes, sizesDueAt };
    const wanted = await insist(() => store.ready(job, made, attempt?.cost));
    if (!wanted) return await bucket.remove([job.key]); // erased meanwhile
    const { key, attempts, model } = job;
    const calls = attempts + (attempt ? 1 : 0);
    log.info("portrait.ready", {
      image: shortKey(key),
      model,
      calls,
      bytes,
      costUsd: attempt?.cost.costUsd ?? 0,
    });
  }

  async function failed(
    job: PortraitJob,
    { error, unkept, cost, final: lost = false }: Attempt,
  ): Promise<void> {
    const calls = job.attempts + 1;
    const code = error?.code ?? "internal";
    const uncertain = job.uncertainCalls + Number(cost.uncertain);
    const final = lost || uncertain >= MAX_UNCERTAIN_CALLS;
    const attempted = { attempts: calls, final, code, retryAfterMs: error?.retryAfterMs };
    const verdict = afterFailure(attempted, rule, now());
    const status = error?.status;
    const fields = {
      image: shortKey(job.key),
      code,
      calls,
      ...(status !== undefined && { upstreamStatus: status }),
    };
    const record = unkept === undefined ? fields : { ...fields, ...describeError(unkept) };
    if (verdict.kind === "fail") {
      log.error("portrait.failed", record);
      await insist(() => store.fail(job, code, cost));
    } else {
      log.warn("portrait.retry", record);
      await insist(() => store.postpone(job, verdict.dueAt, code, cost));
    }
  }

  async function call(job: PortraitJob): Promise<Attempt> {
    const leaseEnd = now() + rule.leaseMs;
    let kept: Kept | undefined;
    const attempt = await deps.generate(job, async (portrait) => {
      await keep(job, portrait, leaseEnd);
      kept = { contentType: portrait.contentType, bytes: portrait.bytes.byteLength };
    });
    if (kept) await ready(job, kept, attempt);
    else await failed(job, attempt);
    return attempt;
  }

  async function notBegun(job: PortraitJob, why: Exclude<Begun, "begun">): Promise<void> {
    const image = shortKey(job.key);
    if (why === "limit") {
      log.warn("portrait.waits", { image, reason: "IMAGE_DAILY_LIMIT" });
      await store.postpone(job, UNTIL_LOOKED_AT, "daily_limit");
    }
    if (why === "exhausted") {
      log.error("portrait.failed", { image, code: "interrupted", calls: job.attempts });
      await store.fail(job, "interrupted");
    }
  }

  async function settleMoney(reservation: Reservation, costUsd: number): Promise<void> {
    await reservation
      .settle(costUsd)
      .catch((error) => log.error("spend.unsettled", { costUsd, ...describeError(error) }));
  }

  async function paid(job: PortraitJob, reservation: Reservation): Promise<void> {
    let costUsd = 0;
    try {
      const begun = await store.begin(job, rule);
      if (begun !== "begun") return await notBegun(job, begun);
      costUsd = deps.worstCase(job); // unless the call says less
      costUsd = (await call(job)).cost.costUsd;
    } finally {
      await settleMoney(reservation, costUsd);
    }
  }

  async function interrupted(job: PortraitJob): Promise<void> {
    log.warn("portrait.interrupted", { image: shortKey(job.key), calls: job.attempts });
    const costUsd = deps.worstCase(job);
    const cost = { inputTokens: 0, outputTokens: 0, costUsd, uncertain: true };
    await insist(() => store.interrupted(job, cost));
  }

  async function perform(job: PortraitJob): Promise<void> {
    if (job.interrupted) await interrupted(job);
    const kept = await bucket.head(job.key);
    if (kept) return await ready(job, kept);
    if (!deps.configured) return await store.postpone(job, now() + LATER_MS, "upstream_not_configured");
    await bucket.removeSizes(job.key); // of one that was lost: before the call, since after it nothing may fail
    let reservation: Reservation;
    try {
      reservation = await deps.budgetOf(job).reserve(deps.worstCase(job));
    } catch (error) {
      if (!(error instanceof Problem && error.code === "budget_exhausted")) throw error;
      log.warn("portrait.waits", { image: shortKey(job.key), reason: error.code });
      const { retryAfterSeconds = 0 } = error.options;
      const dueAt = Math.min(now() + retryAfterSeconds * 1_000, nextUtcDay(now()));
      return await store.postpone(job, dueAt, error.code);
    }
    await paid(job, reservation);
  }

  return async function portraitJob(job) {
    try {
      await perform(job);
    } catch (error) {
      log.error("portrait.broken", { image: shortKey(job.key), ...describeError(error) });
      // Where this fails too, the lease runs out.
      await store.postpone(job, now() + LATER_MS, "internal").catch(() => {});
    }
  };
}
