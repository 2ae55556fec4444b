import { Problem } from "../http/errors.ts";
import { describeError, log } from "../log.ts";
import type { JoinAnswer, JoinRequest, PersonaRuns } from "./run.ts";

/** A JSON caller waits no longer than this: the edge cuts a silent answer at about 100 s. */
const WAIT_MS = 95_000;
const RETRY_AFTER_SECONDS = 5;

/** A new stub each time: one whose object died stays broken. */
export type OpenRuns = () => Pick<PersonaRuns, "join">;

/** The run's object died while it was asked. Its successor takes the run up again, so asking again joins it. */
async function joinTwice(open: OpenRuns, request: JoinRequest): Promise<JoinAnswer> {
  try {
    return await open().join(request);
  } catch (error) {
    log.warn("run.lost", describeError(error));
  }
  try {
    return await open().join(request);
  } catch (cause) {
    throw new Problem("interrupted", { cause });
  }
}

/** Asks a key's Durable Object. Throws `still_running` after 95 s, while the run goes on. */
export async function askRun(open: OpenRuns, request: JoinRequest): Promise<JoinAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<never>((_, reject) => {
    const stillRunning = () =>
      reject(new Problem("still_running", { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    timer = setTimeout(stillRunning, WAIT_MS);
  });
  try {
    return await Promise.race([joinTwice(open, request), patience]);
  } finally {
    clearTimeout(timer);
  }
}
