import type { Hasher } from "../hash.ts";

export interface PortraitStyle {
  readonly model: string;
  readonly size: string;
  readonly quality: string;
}

/**
 * CONTRACT §4: the same prompt, model, size and quality name the same portrait. 64 hex characters. `hash` is
 * plain SHA-256, never a keyed one: the name must not change with a secret.
 */
export function imageKey(prompt: string, { model, size, quality }: PortraitStyle, hash: Hasher): string {
  return hash(JSON.stringify([prompt, model, size, quality]));
}

export const OBJECT_PREFIX = "portraits/";

/** The portrait's name in R2. */
export function toObjectName(key: string): string {
  return `${OBJECT_PREFIX}${key}`;
}

export function parseObjectName(name: string): string {
  return name.slice(OBJECT_PREFIX.length);
}
