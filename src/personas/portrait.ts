import type { Hasher } from "../hash.ts";
import type { Traits } from "./wire.ts";

export interface PortraitStyle {
  readonly model: string;
  readonly size: string;
  readonly quality: string;
}

/** What the image model is asked for. Only what can be seen goes in: no name, no health, no money. */
export function portraitPrompt({ appearance, age, occupation }: Traits): string {
  return (
    `Professional portrait photograph, head and shoulders, of a ${age}-year-old person: ${appearance} ` +
    `Occupation, for clothing only: ${occupation}. Natural light, friendly and dignified, clean minimal style, ` +
    "plain white background, one person, looking at the camera. No text, letters, logos or frames."
  );
}

/** CONTRACT §4: the same prompt, model, size and quality name the same portrait. 64 hex characters. */
export function imageKey(prompt: string, { model, size, quality }: PortraitStyle, hash: Hasher): string {
  return hash(JSON.stringify([prompt, model, size, quality]));
}
