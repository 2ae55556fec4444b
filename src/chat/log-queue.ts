import type { RunRow } from "../db/request-log.ts";
import { describeError, log } from "../log.ts";
import { doubling } from "../runs/backoff.ts";
import type { ChatStore } from "./store.ts";

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
