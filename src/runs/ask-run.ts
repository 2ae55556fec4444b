import { asRecord } from "../as-record.ts";
import { unavailability } from "../http/availability.ts";
import { Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";

/** A caller waits for an answer's head no longer than this: the edge cuts a silent one at about 100 s. */
const WAIT_MS = 95_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * An exception of the object's own code comes marked as remote; where the object was reset or lost, it does
 * not, or says so (the platform's "Error handling" page of Durable Objects). One that is overloaded is left
 * alone.
 */
function diedUnderUs(error: unknown): boolean {
  const { remote, durableObjectReset } = asRecord(error);
  return unavailability(error) !== "overloaded" && (remote !== true || durableObjectReset === true);
}

/**
 * Opens a new stub each time: one whose object died stays broken. `again`: what was asked first may have begun,
 * and may not have been written down yet.
 */
export type Ask<A> = (again: boolean) => Promise<A>;

/** Asks a run's object; once more where it died while it was asked, since its successor knows the run. */
async function askTwice<A>(ask: Ask<A>): Promise<A> {
  try {
    return await ask(false);
  } catch (error) {
    if (!diedUnderUs(error)) throw error;
    log.warn("run.lost", describeError(error));
  }
  try {
    return await ask(true);
  } catch (cause) {
    if (unavailability(cause)) throw cause;
    throw new Problem("interrupted", { cause });
  }
}

/**
 * Throws `still_running` after 95 s, while the run goes on, `interrupted` where its object fails twice, and the
 * platform's own error where it is overloaded, or was reset and in vain asked again.
 */
export async function askRun<A>(ask: Ask<A>): Promise<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const stillRunning = () =>
      reject(new Problem("still_running", { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    timer = setTimeout(stillRunning, WAIT_MS);
  });
  try {
    return await Promise.race([askTwice(ask), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
