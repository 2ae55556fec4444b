import type { Notify } from "./notifier.ts";
import type { PortraitJob, PortraitJobs } from "./store.ts";

export interface ConsumerDeps {
  readonly store: Pick<PortraitJobs, "claim" | "nextDue">;
  /** Sizes that are missing, until `isBusy`: portraits go first. */
  readonly makeMissingSizes: (isBusy: () => Promise<boolean>) => Promise<void>;
  readonly job: (job: PortraitJob) => Promise<void>;
  readonly notify: Notify;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly now: () => number;
}

/** An invocation has 15 minutes; none is begun in the last five, and the next message goes on. */
const WORK_MS = 10 * 60_000;
// A message that comes while a consumer works waits for it to end, so a consumer with room looks at the jobs
// for what came meanwhile: soon after something happened, then less and less often.
const FIRST_LOOK_MS = 25;
const LAST_LOOK_MS = 1_000;
/** Cron looks this often; what is due later needs no message of its own. */
const CRON_MS = 5 * 60_000;

/** Resolves after `ms`, or when one of the jobs is done. */
async function whenDoneOr(ms: number, running: Iterable<Promise<void>>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([pause, ...running]).finally(() => clearTimeout(timer));
}

/**
 * Works through all that is due, `concurrency` portraits at once, until nothing is. Rejects where the table
 * cannot be read, once the jobs under way have ended.
 */
export function createConsumer(deps: ConsumerDeps) {
  const { store, job, notify, concurrency, leaseMs, now } = deps;

  /** A look is a read, and a lease a write, for which D1 has one writer for everybody. */
  async function isAnyDue(): Promise<boolean> {
    const at = await store.nextDue();
    return at !== undefined && at <= now();
  }

  async function claimInto(running: Set<Promise<void>>): Promise<number> {
    const room = concurrency - running.size;
    const claimed = room > 0 && (await isAnyDue()) ? await store.claim(room, leaseMs) : [];
    for (const portrait of claimed) {
      const work: Promise<void> = job(portrait).finally(() => running.delete(work));
      running.add(work);
    }
    return claimed.length;
  }

  async function workThrough(): Promise<void> {
    const running = new Set<Promise<void>>();
    const stopAt = now() + WORK_MS;
    const claim = async () => (now() < stopAt ? await claimInto(running) : 0);
    let lookMs = FIRST_LOOK_MS;
    try {
      await claim();
      while (running.size > 0) {
        const atWork = running.size;
        const hasRoom = atWork < concurrency && now() < stopAt;
        await whenDoneOr(hasRoom ? lookMs : WORK_MS, running);
        const ended = running.size < atWork;
        const claimed = await claim();
        lookMs = ended || claimed > 0 ? FIRST_LOOK_MS : Math.min(lookMs * 2, LAST_LOOK_MS);
      }
    } finally {
      await Promise.all(running);
    }
  }

  /** For a portrait that is due before cron looks: a retry, or a lease that may run out. */
  async function notifyForNext(): Promise<void> {
    const at = await store.nextDue();
    if (at === undefined || at > now() + CRON_MS) return;
    await notify(Math.max(0, Math.ceil((at - now()) / 1000)));
  }

  return async function consume(): Promise<void> {
    await workThrough();
    await deps.makeMissingSizes(isAnyDue);
    await notifyForNext();
  };
}
