import { frames, type Payload } from "../streams/sse.ts";
import type { ImageStatus, Persona, PersonaSet, Traits } from "./wire.ts";

/** A persona as it is kept: its portrait goes by key, since the URL depends on who asks where. */
export interface StoredPersona extends Traits {
  readonly id: string;
  /** 64 hex characters. */
  readonly imageKey: string;
}

export interface StoredSet {
  readonly setId: string;
  readonly personas: readonly StoredPersona[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Today's state of each portrait, by image key; one that is not there is pending. */
export type ImageStates = ReadonlyMap<string, ImageStatus>;

const NO_STATES: ImageStates = new Map();

export function showPersona(
  persona: StoredPersona,
  baseUrl: string,
  states: ImageStates = NO_STATES,
): Persona {
  const { id, imageKey, name, description, ...traits } = persona;
  const imageUrl = `${baseUrl}/images/${imageKey}`;
  return { id, name, description, imageUrl, imageStatus: states.get(imageKey) ?? "pending", ...traits };
}

export interface ShowOptions {
  readonly baseUrl: string;
  readonly fromCache: boolean;
  readonly states?: ImageStates;
}

export function showSet(set: StoredSet, { baseUrl, fromCache, states }: ShowOptions): PersonaSet {
  const personas = set.personas.map((persona) => showPersona(persona, baseUrl, states));
  return { setId: set.setId, personas, fromCache, createdAt: new Date(set.createdAt).toISOString() };
}

/** The event that ends a streamed set. */
export function doneEvent({ setId, fromCache, createdAt }: Omit<PersonaSet, "personas">): Payload {
  return { done: true, setId, fromCache, createdAt };
}

/** A whole set as a stream: what a cache has, all events come at once. */
export function streamSet(set: PersonaSet): string {
  return frames([...set.personas.map((persona) => ({ persona })), doneEvent(set)]);
}
