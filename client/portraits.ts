import { givenUp, pause } from "./patience.ts";
import { AskNewtonError, Lost } from "./problem.ts";
import { type Call, type ConnectionOptions, createCall } from "./request.ts";
import { under } from "./routes.ts";
import { isHidden } from "./wake.ts";
import type { Persona, PersonaSet } from "./wire.ts";

export interface SetOptions extends ConnectionOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface FollowPortraitsOptions extends SetOptions {
  /** The first wait, in milliseconds; each that brings nothing is half as long again. Default 1,000. */
  readonly intervalMs?: number | undefined;
}

const MAX_INTERVAL_MS = 15_000;
const SLOWER = 1.5;
// Some forty minutes of a page that is looked at: longer than every attempt at a portrait with its waits.
const MAX_LOOKS = 170;
// A page that nobody looks at asks nothing.
const HIDDEN_MS = 24 * 3_600_000;

/** The answer carries an `ETag`, so a browser asks with `If-None-Match`, and mostly gets a 304, by itself. */
async function look(call: Call, setId: string, signal?: AbortSignal): Promise<PersonaSet> {
  const response = await call(under("/api/personas", setId), signal ? { signal } : {});
  return await response.json().catch((error: unknown) => {
    throw new Lost("unreadable", error);
  });
}

/** A set as it is today. Throws `AskNewtonError`: `not_found` where there is none, or it is another user's. */
export async function fetchPersonaSet(
  setId: string,
  { signal, ...options }: SetOptions = {},
): Promise<PersonaSet> {
  try {
    return await look(createCall(options), setId, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw givenUp(error);
  }
}

/** The set with the states of `newer`; the very same where none has changed. */
function withStates(set: PersonaSet, newer: readonly Persona[]): PersonaSet {
  const byId = new Map(newer.map((persona) => [persona.id, persona]));
  const personas = set.personas.map((persona) => {
    const now = byId.get(persona.id) ?? persona;
    return now.imageStatus === persona.imageStatus ? persona : now;
  });
  return personas.every((persona, index) => persona === set.personas[index]) ? set : { ...set, personas };
}

const isDrawing = ({ imageStatus }: Persona) => imageStatus === "pending";

/**
 * The set again each time one of its portraits is ready or has failed, until all are. Ends early where the set
 * is gone, and after some forty minutes; asks nothing while the page is hidden. Throws the signal's reason
 * alone: portraits are no reason to disturb anyone.
 */
export async function* followPortraits(
  set: PersonaSet,
  { signal, intervalMs = 1_000, ...options }: FollowPortraitsOptions = {},
): AsyncGenerator<PersonaSet, void> {
  const call = createCall(options);
  let current = set;
  let waitMs = intervalMs;
  for (let looks = 0; looks < MAX_LOOKS && current.personas.some(isDrawing); looks++) {
    await pause(waitMs, signal);
    if (isHidden()) await pause(HIDDEN_MS, signal);
    const before = current;
    try {
      current = withStates(before, (await look(call, set.setId, signal)).personas);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof AskNewtonError && !error.retryable) return;
    }
    waitMs = current === before ? Math.min(waitMs * SLOWER, MAX_INTERVAL_MS) : intervalMs;
    if (current !== before) yield current;
  }
}

/**
 * What to show a persona's picture from. `imageUrl` stays the same when the portrait has come, and a page that shows
 * the placeholder is not given anything else under the same address (HTML, "list of available images").
 */
export function portraitUrl({ imageUrl, imageStatus }: Pick<Persona, "imageUrl" | "imageStatus">): string {
  return imageStatus === "ready" ? `${imageUrl}?ready` : imageUrl;
}
