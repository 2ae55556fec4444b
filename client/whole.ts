import { openConnection } from "./connection.ts";
import { type FollowOptions, HEARTBEAT_MS } from "./follow.ts";
import { createPatience } from "./patience.ts";
import { Lost } from "./problem.ts";

// The service answers `still_running` after 95 s.
const WHOLE_ANSWER_MS = 105_000;

/**
 * The JSON answer to a request that can be repeated: under one key, or to the same end. Asks again while the
 * run is under way or the connection fails. `isWhole` tells the answer from what something in between says.
 */
export async function askWhole<T>(
  ask: (signal: AbortSignal) => Promise<Response>,
  isWhole: (answer: T) => boolean,
  options: FollowOptions,
): Promise<{ readonly answer: T; readonly response: Response }> {
  const { signal, heartbeatMs = HEARTBEAT_MS } = options;
  const patience = createPatience(options);
  for (;;) {
    const connection = openConnection({ signal, silenceMs: WHOLE_ANSWER_MS, doubtMs: heartbeatMs });
    try {
      const response = await connection.within(ask(connection.signal));
      const answer: T = await connection.within(response.json().catch(() => undefined));
      if (!answer || !isWhole(answer)) throw new Lost("unreadable");
      return { answer, response };
    } catch (error) {
      connection.close();
      await patience.survive(error, false);
    } finally {
      connection.close();
    }
  }
}
