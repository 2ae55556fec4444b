import { describeError, log } from "./log.ts";
import type { Pregenerate, PregenerateMessage } from "./personas/pregenerate/pregenerate.ts";

/** With wrangler.toml's `[triggers]`; any other is taken for the five-minute one. */
export const DAILY_CRON = "23 3 * * *";
/** How wrangler.toml ends its queues' names, in every environment: messages that could not be worked on, */
const DEAD_LETTERS = "-image-jobs-dead";
/** sets that are to be made beforehand, */
const PREGENERATE = "-pregenerate";
/** and rows of the log. */
const CHAT_LOG = "-chat-log";
const RETRY_SECONDS = 60;
/** With wrangler.toml's `max_retries`: the last attempt there is. */
const MAX_ATTEMPTS = 4;

export interface PortraitWork {
  /** A message of the queue: works through all that is due. */
  consume(): Promise<void>;
  /** The five-minute cron. */
  backfill(): Promise<void>;
  purgeKeys(): Promise<void>;
  /** The daily one's part in portraits and retention. */
  verify(): Promise<void>;
  purge(): Promise<void>;
}

/** What the queues and the crons have to do. */
export interface BackgroundWork extends PortraitWork {
  readonly pregenerate: Pick<Pregenerate, "work" | "giveUp" | "lookAfter">;
  /** Portraits that the library lacks wait for a batch. */
  readonly announceLibrary: () => Promise<void>;
  /** One step of all economy work. */
  readonly moveBatches: () => Promise<void>;
  /** The daily look-up of the configured models. */
  readonly lookUpModels: () => Promise<void>;
  /** The daily one of the database's size. */
  readonly sampleSize: () => Promise<void>;
  /** Sets that nobody was shown for long. */
  readonly purgeSets: () => Promise<void>;
}

/**
 * What fails is tried again by the queue. `work` is undefined where the configuration is invalid; the log's rows need
 * none.
 */
export async function consumeBatch(
  batch: MessageBatch,
  work: BackgroundWork | undefined,
  consumeLog: (batch: MessageBatch) => Promise<void>,
): Promise<void> {
  if (batch.queue.endsWith(CHAT_LOG)) await consumeLog(batch);
  else if (batch.queue.endsWith(PREGENERATE) && work) await pregenerateBatch(batch, work.pregenerate);
  else if (batch.queue.endsWith(DEAD_LETTERS))
    log.error("queue.dead_letters", { count: batch.messages.length });
  // However many messages there are, the work is the same.
  else if (work) await work.consume().catch((error: unknown) => tryAgain(batch, error));
  else batch.retryAll({ delaySeconds: RETRY_SECONDS });
}

/** The platform would log an error that is thrown, with its message. */
function tryAgain(batch: MessageBatch, error: unknown): void {
  log.error("consumer.failed", describeError(error));
  batch.retryAll(); // after the queue's own delay
}

/** One after another's failure keeps none of the others back. */
async function pregenerateBatch(batch: MessageBatch, { work, giveUp }: BackgroundWork["pregenerate"]) {
  const one = async (message: Message): Promise<void> => {
    const body = message.body as PregenerateMessage;
    const code = await work(body).catch((error: unknown) => {
      log.error("pregenerate.failed", describeError(error));
      return "internal" as const;
    });
    if (code === undefined) return message.ack();
    if (message.attempts < MAX_ATTEMPTS)
      return message.retry({ delaySeconds: RETRY_SECONDS * message.attempts });
    await giveUp(body, code);
    message.ack();
  };
  await Promise.all(batch.messages.map(one));
}

/** Each part on its own: one that fails takes none of the others with it. */
async function part(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error("cron.failed", { reason: name, ...describeError(error) });
  }
}

/** What a cron has to do, each part whatever became of the others; nothing without a configuration. */
export async function runCron(cron: string, work: BackgroundWork | undefined): Promise<void> {
  if (!work) return;
  if (cron === DAILY_CRON) {
    await part("verify", work.verify);
    await part("models", work.lookUpModels);
    await part("size", work.sampleSize);
  }
  await part("pregenerate", work.pregenerate.lookAfter);
  await part("backfill", work.backfill);
  await part("purge_keys", work.purgeKeys);
  await part("purge", work.purge);
  await part("purge_sets", work.purgeSets);
  await part("library", work.announceLibrary);
  await part("batches", work.moveBatches); // last, since it may take minutes
}
