import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./settings.ts";

const FIRST_BOUND_MS = 90_000; // the first start builds the playground, on a slow machine perhaps
const POLL_MS = 100;
const TRY_MS = 5_000; // the first waits for the worker to be loaded

/** The request id of the questions asked here, so that their log lines are known from a person's. */
export const PROBE_ID = `start-${randomUUID()}`;

/** Resolves when the worker answers, and rejects with what it said last when it does not in time. */
export async function whenReady(port: number, boundMs = FIRST_BOUND_MS): Promise<void> {
  const deadline = Date.now() + boundMs;
  let last = "no answer";
  while (Date.now() < deadline) {
    last = await ask(`http://127.0.0.1:${port}/api/health`, Math.min(TRY_MS, deadline - Date.now()));
    if (last === "200") return;
    await sleep(POLL_MS);
  }
  throw new StartError(
    `The server does not answer, not after ${boundMs / 1000} s (GET /api/health: ${last}).`,
  );
}

/** The answer's status, or why there is none. */
async function ask(url: string, boundMs: number): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { "x-request-id": PROBE_ID },
      signal: AbortSignal.timeout(boundMs),
    });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.message : "no answer";
  }
}
