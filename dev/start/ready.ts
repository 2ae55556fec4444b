import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./settings.ts";

const READY_BOUND_MS = 90_000; // the first start builds the playground, on a slow machine perhaps
const POLL_MS = 100;
const TRY_MS = 5_000; // the first request waits for the worker to be loaded

/** The request id of the questions asked here, so that their log lines can be told from a person's. */
export const PROBE_ID = `start-${randomUUID()}`;

/** Resolves when the worker answers, and rejects with what it said last when it does not in time. */
export async function whenReady(port: number): Promise<void> {
  const deadline = Date.now() + READY_BOUND_MS;
  let last = "no answer";
  while (Date.now() < deadline) {
    last = await ask(`http://127.0.0.1:${port}/api/health`);
    if (last === "200") return;
    await sleep(POLL_MS);
  }
  throw new StartError(
    `The server was not ready after ${READY_BOUND_MS / 1000} s (GET /api/health: ${last}).`,
  );
}

/** The answer's status, or why there is none. */
async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      headers: { "x-request-id": PROBE_ID },
      signal: AbortSignal.timeout(TRY_MS),
    });
    await response.body?.cancel();
    return String(response.status);
  } catch (error) {
    return error instanceof Error ? error.message : "no answer";
  }
}
