import type { Saved } from "../budget/totals.ts";
import type { ImageStatus, Persona, PersonaSet, Traits } from "./schema.ts";

/** A persona as it is kept: its portrait goes by key, since the URL depends on who asks where. */
export interface StoredPersona extends Traits {
  readonly id: string;
  /** 64 hex characters. */
  readonly imageKey: string;
}

/** Each portrait's state by image key, as it was when the set was read; one that is not there is pending. */
export type ImageStates = Readonly<Record<string, ImageStatus>>;

export interface StoredSet {
  readonly setId: string;
  readonly personas: readonly StoredPersona[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly states: ImageStates;
  /** The one that wrote it. */
  readonly model: string;
  /** What the text cost, in US dollars and tokens. */
  readonly cost: TextCost;
}

export interface TextCost {
  readonly usd: number;
  readonly tokens: number;
}

/** What an answer with this set does not cost again. A portrait of the library would not have been made for it. */
export function savedBy({ cost, personas }: StoredSet): Saved {
  return { ...cost, images: personas.filter(({ appearance }) => appearance !== undefined).length };
}

export function imageKeys({ personas }: StoredSet): string[] {
  return [...new Set(personas.map(({ imageKey }) => imageKey))];
}

/** Whether every portrait is in one of these states. */
export function portraitsAre(set: StoredSet, ...wanted: readonly ImageStatus[]): boolean {
  return set.personas.every(({ imageKey }) => wanted.includes(set.states[imageKey] ?? "pending"));
}

/** A persona as callers see it. `baseUrl`: of the service, without a slash at its end. */
export function toPersona(
  persona: StoredPersona,
  baseUrl: string,
  imageStatus: ImageStatus = "pending",
): Persona {
  const { id, imageKey, name, description, ...traits } = persona;
  return { id, name, description, imageUrl: `${baseUrl}/images/${imageKey}`, imageStatus, ...traits };
}

export interface ShowOptions {
  readonly baseUrl: string;
  readonly fromCache: boolean;
  /** The sizes that are kept of each portrait. Pixels. */
  readonly imageWidths: readonly number[];
}

/** A set as callers see it. */
export function toPersonaSet(set: StoredSet, { baseUrl, fromCache, imageWidths }: ShowOptions): PersonaSet {
  const personas = set.personas.map((persona) => toPersona(persona, baseUrl, set.states[persona.imageKey]));
  const { setId, model } = set;
  const createdAt = new Date(set.createdAt).toISOString();
  return { setId, personas, fromCache, createdAt, imageWidths: [...imageWidths], model };
}
