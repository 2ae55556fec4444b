import type { KnownPersona } from "./known-persona.ts";

/** Undefined where the persona lacks something that the sentence needs. */
export function personalized(sentence: string, persona: KnownPersona): string | undefined {
  const names = Array.from(sentence.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name);
  if (!names.every((name) => name in persona)) return undefined;
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => persona[name] ?? "");
}
