import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";

/** What a server may say of a persona, by the names that sentences have in braces. */
export type KnownPersona = Readonly<Record<string, string>>;

/** A longer text would swamp the answer it is put into. */
const MAX_LENGTH = 120;
/** Each is tried as the beginning, and as the end, of the persona. */
const MAX_BRACES_TRIED = 8;

/** The longest object that begins at one of the first braces and ends at one of the last. */
function objectIn(text: string): JsonObject | undefined {
  const starts = Array.from(text.matchAll(/\{/g), ({ index }) => index).slice(0, MAX_BRACES_TRIED);
  const ends = Array.from(text.matchAll(/\}/g), ({ index }) => index + 1).slice(-MAX_BRACES_TRIED);
  const parts = starts.flatMap((start) => ends.toReversed().map((end) => text.slice(start, end)));
  const value = parts.map((part) => asRecord(parseJson(part))).find(Boolean);
  return asRecord(value?.persona) ?? value;
}

/** Where the persona is written as lines, `Name: Ana`, or `- age: 42`. */
function linesIn(text: string): JsonObject {
  const lines = text.matchAll(/^[ >*-]*(\w)(\w{1,24}) ?: *(.+?) *$/gm);
  return Object.fromEntries(
    Array.from(lines, ([, first = "", rest = "", value]) => [first.toLowerCase() + rest, value]),
  );
}

function shown(name: string, value: unknown): string {
  const [first] = Array.isArray(value) ? value : [value];
  if (name === "name") return String(first).split(" ")[0] ?? "";
  if (name.endsWith("Usd")) return `$${Math.round(Number(first)).toLocaleString("en-US")}`;
  return typeof first === "number" || typeof first === "string" ? String(first).trim() : "";
}

/** The persona that the server's own messages tell of, if any, with its members as texts. */
export function knownPersona(systemText: string): KnownPersona {
  const told = objectIn(systemText) ?? linesIn(systemText);
  const members = { ...told, ...asRecord(told.budget) };
  const texts = Object.entries(members).map(([name, value]) => [name, shown(name, value)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== "" && text.length <= MAX_LENGTH));
}

/** Puts the persona's own words into the braces; undefined where it lacks one of them. */
export function personalized(sentence: string, persona: KnownPersona): string | undefined {
  const filled = sentence.replace(/\{(\w+)\}/g, (braces, name: string) => persona[name] ?? braces);
  return /\{\w+\}/.test(filled) ? undefined : filled;
}
