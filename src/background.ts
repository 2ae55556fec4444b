import type { ImageWork } from "./compose-images.ts";
import { describeError, log } from "./log.ts";

/** With wrangler.toml's `[triggers]`; any other is taken for the five-minute one. */
export const DAILY_CRON = "23 3 * * *";
/** What wrangler.toml calls the queue of messages that could not be worked on. */
const DEAD_LETTERS = "asknewton-image-jobs-dead";
const RETRY_SECONDS = 60;

/** However many bells a batch has, the work is the same. What throws is tried again by the queue. */
export async function consumeBatch(batch: MessageBatch, work: ImageWork | undefined): Promise<void> {
  if (batch.queue === DEAD_LETTERS) log.error("bell.dead", { count: batch.messages.length });
  else if (work) await work.consume();
  else batch.retryAll({ delaySeconds: RETRY_SECONDS });
}

/** Each part on its own: one that fails takes none of the others with it. */
async function part(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error("cron.failed", { reason: name, ...describeError(error) });
  }
}

export async function runCron(cron: string, work: ImageWork | undefined): Promise<void> {
  if (!work) return;
  if (cron === DAILY_CRON) {
    await part("verify", work.verify);
    await part("purge", work.purge);
  }
  await part("backfill", work.backfill);
}
