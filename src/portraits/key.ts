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

/** The name in R2 of a portrait, or of its size of `width` pixels. */
export function toObjectName(key: string, width?: number): string {
  return width === undefined ? `${OBJECT_PREFIX}${key}` : `${OBJECT_PREFIX}${key}/${width}`;
}

export function parseObjectName(name: string): { readonly key: string; readonly width?: number } {
  const [key = "", width] = name.slice(OBJECT_PREFIX.length).split("/");
  return width === undefined ? { key } : { key, width: Number(width) };
}
