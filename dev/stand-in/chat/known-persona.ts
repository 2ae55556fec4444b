import { asRecord, parseJson } from "../../json.ts";

/** What the server says of a persona, by the names that sentences have in braces. */
export type KnownPersona = Readonly<Record<string, string>>;

/** A longer text would swamp the answer it is put into. */
const MAX_LENGTH = 120;

function shown(name: string, value: unknown): string {
  const [first] = Array.isArray(value) ? value : [value];
  if (name === "name") return String(first).split(" ")[0] ?? "";
  if (name.endsWith("Usd")) return `$${Math.round(Number(first)).toLocaleString("en-US")}`;
  return typeof first === "number" || typeof first === "string" ? String(first).trim() : "";
}

/** The members, as texts, of the persona whose JSON ends the message. */
export function knownPersona(message: string): KnownPersona {
  const persona = asRecord(parseJson(message.slice(message.indexOf("{")))) ?? {};
  const members = Object.entries({ ...persona, ...asRecord(persona.budget) });
  const texts = members.map(([name, value]) => [name, shown(name, value)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== "" && text.length <= MAX_LENGTH));
}

/** Puts the persona's own words into the braces; undefined where it lacks one of them. */
export function personalized(sentence: string, persona: KnownPersona): string | undefined {
  const filled = sentence.replace(/\{(\w+)\}/g, (braces, name: string) => persona[name] ?? braces);
  return /\{\w+\}/.test(filled) ? undefined : filled;
}
