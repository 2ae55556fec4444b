import type { Persona, PersonaSet } from "./api-types.ts";
import { ConnectionLost } from "./connection/connection-lost.ts";
import { isHidden } from "./connection/page-lifecycle.ts";
import { type Call, type ConnectionOptions, createCall } from "./connection/request.ts";
import { delay, toProblem } from "./connection/retry.ts";
import { under } from "./connection/routes.ts";
import { AskNewtonError } from "./problem.ts";

export interface SetOptions extends ConnectionOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface FollowPortraitsOptions extends SetOptions {
  /** The first wait, in milliseconds; each that brings nothing is half as long again. Default 1,000. */
  readonly intervalMs?: number | undefined;
}

const MAX_INTERVAL_MS = 15_000;
const BACKOFF = 1.5;
// Some forty minutes of a page that is looked at: longer than every attempt at a portrait with its waits.
const MAX_POLLS = 170;
// A poll without an answer by then will not get one.
const POLL_TIMEOUT_MS = 30_000;
// A page that nobody looks at sends nothing.
const HIDDEN_MS = 24 * 3_600_000;

/** The answer carries an `ETag`, so a browser sends `If-None-Match`, and mostly gets a 304, by itself. */
async function getSet(call: Call, setId: string, signal?: AbortSignal): Promise<PersonaSet> {
  const timeout = AbortSignal.timeout(POLL_TIMEOUT_MS);
  const response = await call(under("/api/personas", setId), {
    signal: AbortSignal.any([timeout, signal ?? timeout]),
  });
  return await response.json().catch((error: unknown) => {
    throw new ConnectionLost("unreadable", error);
  });
}

/** A set as it is today. Throws `AskNewtonError`: `not_found` where there is none, or it is another user's. */
export async function fetchPersonaSet(
  setId: string,
  { signal, ...options }: SetOptions = {},
): Promise<PersonaSet> {
  try {
    return await getSet(createCall(options), setId, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw toProblem(error);
  }
}

/** The set with the states of `newer`; the very same where none has changed. */
function withStates(set: PersonaSet, newer: readonly Persona[]): PersonaSet {
  const personas = set.personas.map((persona) => {
    const { id, imageStatus } = persona;
    return newer.find((one) => one.id === id && one.imageStatus !== imageStatus) ?? persona;
  });
  return personas.every((persona, index) => persona === set.personas[index]) ? set : { ...set, personas };
}

const isPending = ({ imageStatus }: Persona) => imageStatus === "pending";

/**
 * The set again each time one of its portraits is ready or has failed, until all are. Ends early where the set
 * is gone, and after some forty minutes; sends nothing while the page is hidden. Throws the signal's reason
 * alone: portraits are no reason to disturb anyone.
 */
export async function* followPortraits(
  set: PersonaSet,
  { signal, intervalMs = 1_000, ...options }: FollowPortraitsOptions = {},
): AsyncGenerator<PersonaSet, void> {
  const call = createCall(options);
  let current = set;
  let waitMs = intervalMs;
  for (let polls = 0; polls < MAX_POLLS && current.personas.some(isPending); polls++) {
    await delay(waitMs, signal);
    if (isHidden()) await delay(HIDDEN_MS, signal);
    const before = current;
    try {
      current = withStates(before, (await getSet(call, set.setId, signal)).personas);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AskNewtonError && !error.retryable) return;
    }
    waitMs = current === before ? Math.min(waitMs * BACKOFF, MAX_INTERVAL_MS) : intervalMs;
    if (current !== before) yield current;
  }
}
