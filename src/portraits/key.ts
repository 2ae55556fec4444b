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

/** The other way round. */
export function parseObjectName(name: string): { readonly key: string; readonly width?: number } {
  const [key = "", width] = name.slice(OBJECT_PREFIX.length).split("/");
  return width === undefined ? { key } : { key, width: Number(width) };
}

/** `GET|HEAD /images/{key}`: 64 hex characters, in small letters. */
export const IMAGE_KEY = /^[0-9a-f]{64}$/;

/** `X-Image-Status` on every answer but 404. */
export type PortraitState = "pending" | "ready" | "failed";

/** `?width=`, a whole number from 1 to 4096, at most once; undefined where it is not there. */
export function parseWidth(values: readonly string[] | undefined): number | undefined | "invalid" {
  const [text, ...more] = values ?? [];
  if (text === undefined) return undefined;
  const width = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN;
  return width <= 4096 && more.length === 0 ? width : "invalid";
}
