import { describeError, log } from "../../log.ts";
import type { RunRecord } from "../../runs/run-store.ts";
import type { Claim, Claimed } from "../claims.ts";
import type { StoredSet } from "../presenter.ts";
import type { PersonaStore } from "../store.ts";
import type { DedupeIndex } from "./dedupe-index.ts";

// As the outbox: D1's outages last seconds to minutes.
const SETTLE_AGAIN_MS = 30_000;

/** The Idempotency-Keys of an object's runs: taken when they join, answered in D1 when the run has ended. */
export interface RunKeys {
  /** Takes the key and says what it stands for. Undefined where D1 cannot be asked. */
  claim(claim: Claim): Promise<Claimed | undefined>;
  /**
   * Answers the keys of a run that ended after D1 was given those before; without a set they are free again. What
   * D1 does not take waits for the alarm. Never rejects.
   */
  finish(runId: string, set: StoredSet | undefined): Promise<void>;
  /** Tries again for every run that has ended. */
  settleWaiting(): Promise<void>;
  /** When to try again; undefined where no key waits. */
  dueAt(): number | undefined;
}

export interface RunKeysOptions {
  readonly claims: Pick<PersonaStore, "claim" | "finish">;
  readonly dedupeIndex: Pick<DedupeIndex, "findClaims" | "finished" | "awaited">;
  readonly findRun: (id: string) => KeptRun | undefined;
  /** Sets the next alarm. */
  readonly schedule: () => void;
  readonly now: () => number;
}

type KeptRun = Pick<RunRecord<unknown>, "state" | "result">;

export function toSet({ result }: Pick<KeptRun, "result">): StoredSet | undefined {
  return result === null ? undefined : (JSON.parse(result) as StoredSet);
}

export function createRunKeys({ claims, dedupeIndex, findRun, schedule, now }: RunKeysOptions): RunKeys {
  async function finish(runId: string, set: StoredSet | undefined): Promise<void> {
    const waiting = dedupeIndex.findClaims(runId);
    if (waiting.length === 0) return;
    try {
      await claims.finish({ claims: waiting, set });
      dedupeIndex.finished(waiting);
    } catch (error) {
      log.error("store.failed", { run: runId, ...describeError(error) });
      schedule();
    }
  }

  return {
    finish,
    async claim(claim) {
      try {
        return await claims.claim(claim);
      } catch (error) {
        log.error("log.unreachable", describeError(error));
        return undefined;
      }
    },
    async settleWaiting() {
      for (const runId of dedupeIndex.awaited()) {
        const run = findRun(runId);
        if (run && run.state !== "running") await finish(runId, toSet(run));
      }
    },
    dueAt: () => (dedupeIndex.awaited().length > 0 ? now() + SETTLE_AGAIN_MS : undefined),
  };
}
