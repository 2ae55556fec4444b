import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";

/** What a system message may say of a persona, by the names that sentences have in braces. */
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
  const lines = text.matchAll(/^[\s>*-]*([A-Za-z]{2,25})[ \t]*[:=][ \t]*(.+?)[ \t]*$/gm);
  const members = Array.from(lines, ([, name = "", value = ""]): [string, string] => [
    name.charAt(0).toLowerCase() + name.slice(1),
    value,
  ]);
  return Object.fromEntries(members);
}

function dollars(value: unknown): string | undefined {
  const amount = Number.parseFloat(String(value ?? "").replace(/[^\d.]/g, ""));
  return Number.isFinite(amount) ? `$${Math.round(amount).toLocaleString("en-US")}` : undefined;
}

function shortText(value: unknown): string | undefined {
  const [first] = Array.isArray(value) ? value : [value];
  const text = typeof first === "number" || typeof first === "string" ? String(first).trim() : "";
  return text === "" || text.length > MAX_LENGTH ? undefined : text.replace(/\.$/, "");
}

/** The persona that the server's own messages tell of, if any. Members it does not have are left out. */
export function knownPersona(systemText: string): KnownPersona {
  const told = objectIn(systemText) ?? linesIn(systemText);
  const money = asRecord(told.budget) ?? told;
  const persona = {
    name: shortText(told.name)?.split(" ")[0],
    age: shortText(told.age),
    location: shortText(told.location),
    plan: shortText(told.preferredPlanType),
    coverage: shortText(told.currentCoverage),
    need: shortText(told.coverageNeeds),
    concern: shortText(told.concerns),
    question: shortText(told.questionsToAsk),
    budget: dollars(money.monthlyPremiumUsd),
    deductible: dollars(money.annualDeductibleUsd),
  };
  const known = Object.entries(persona).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return Object.fromEntries(known);
}

/** Puts the persona's own words into the braces; undefined where it lacks one of them. */
export function personalized(sentence: string, persona: KnownPersona): string | undefined {
  const filled = sentence.replace(/\{(\w+)\}/g, (braces, name: string) => persona[name] ?? braces);
  return /\{\w+\}/.test(filled) ? undefined : filled;
}
