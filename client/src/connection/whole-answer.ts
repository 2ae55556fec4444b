import { openConnection } from "./connection.ts";
import { ConnectionLost } from "./connection-lost.ts";
import type { ReadOptions } from "./resumable-stream.ts";
import { createRetry } from "./retry.ts";

/**
 * The JSON answer to a request that can be repeated: under one key, or to the same end. Sends it again while the
 * run is under way or the connection fails. `isWhole` tells the answer from what something in between says.
 */
export async function fetchWholeAnswer<T>(
  send: (signal: AbortSignal) => Promise<Response>,
  isWhole: (answer: T) => boolean,
  options: ReadOptions,
): Promise<{ readonly answer: T; readonly response: Response }> {
  const retry = createRetry(options);
  for (;;) {
    // the service answers `still_running` after 95 s
    const connection = openConnection({ ...options, silenceMs: 105_000 });
    try {
      const response = await connection.within(send(connection.signal));
      const answer: T = await connection.within(response.json().catch(() => undefined));
      if (!answer || !isWhole(answer)) throw new ConnectionLost("unreadable");
      return { answer, response };
    } catch (error) {
      connection.close();
      await retry.backOff(error, false);
    } finally {
      connection.close();
    }
  }
}
