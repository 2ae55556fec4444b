import type { Database } from "../db/client.ts";
import { isSomebodys, type RunRow } from "../db/request-log.ts";
import { describeError, log } from "../log.ts";
import { doubling } from "../runs/backoff.ts";
import { insertStart, logRuns } from "../runs/run-log.ts";

/** Chat's part of D1: the log of its runs. */
export interface ChatStore {
  /**
   * Logs a run that has ended: by the queue, in one batch with others. One that is somebody's at once, so that an
   * erasure, which waits for what a run writes, leaves none that comes after it.
   */
  record(row: RunRow): Promise<void>;
  /** Says that a run is under way, so that its caller can be found before it has ended. */
  recordStart(row: RunRow): Promise<void>;
  /** Logs runs in one batch; those that it has logged before count once. */
  write(rows: readonly RunRow[]): Promise<void>;
}

/** `queue`: its consumer gives what it is sent to `write`. */
export function createChatStore(db: Database, queue: Pick<Queue<RunRow>, "send">): ChatStore {
  async function write(rows: readonly RunRow[]): Promise<void> {
    await db.$client.batch(logRuns(db, rows));
  }

  return {
    write,
    async record(row) {
      if (isSomebodys(row)) return await write([row]);
      try {
        await queue.send(row);
      } catch (error) {
        log.warn("store.not_queued", { run: row.id, ...describeError(error) });
        await write([row]);
      }
    },
    async recordStart(row) {
      await insertStart(db, row).run();
    },
  };
}

// D1 is away for a second or for minutes; where it is full, until somebody looks at it.
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 3_600_000;
/** With wrangler.toml's `max_retries`: a day. */
const MAX_ATTEMPTS = 36;

function tryAgain(message: Message<RunRow>): void {
  const { attempts, body } = message;
  if (attempts < MAX_ATTEMPTS) {
    message.retry({ delaySeconds: doubling(attempts, FIRST_RETRY_MS, MAX_RETRY_MS) / 1_000 });
  } else {
    log.error("store.given_up", { run: body.id, count: attempts, costUsd: body.costUsd });
    message.ack();
  }
}

/** Logs what the log's queue brings, in one batch. What D1 does not take comes again. */
export async function consumeLog(messages: readonly Message<RunRow>[], write: ChatStore["write"]) {
  try {
    await write(messages.map(({ body }) => body));
  } catch (error) {
    log.error("consumer.failed", { count: messages.length, ...describeError(error) });
    messages.forEach(tryAgain);
  }
}
