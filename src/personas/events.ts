import { frames, type Payload } from "../runs/sse.ts";
import { type StoredPersona, toPersona } from "./presenter.ts";
import type { ImageStatus, PersonaSet } from "./schema.ts";

/** A persona's event as it is kept; `renderFor` makes of it what is sent. */
export function personaEvent(persona: StoredPersona, imageStatus: ImageStatus = "pending"): Payload {
  return { persona, imageStatus };
}

/** An event as it is sent: a portrait's URL depends on who asks where. */
export function renderFor(baseUrl: string) {
  return ({ persona, imageStatus, ...payload }: Payload): Payload => {
    if (!persona) return payload;
    return { persona: toPersona(persona as StoredPersona, baseUrl, imageStatus as ImageStatus) };
  };
}

/** The set begins again: the personas so far are void. */
export const RESET = { reset: true } as const;

/** The event that ends a streamed set. */
export function doneEvent(set: Omit<PersonaSet, "personas">): Payload {
  const { setId, fromCache, createdAt, imageWidths, model } = set;
  return { done: true, setId, fromCache, createdAt, imageWidths, model };
}

/** A whole set as a stream: what a cache has, all events come at once. */
export function toEventStream(set: PersonaSet): string {
  return frames([...set.personas.map((persona) => ({ persona })), doneEvent(set)]);
}
