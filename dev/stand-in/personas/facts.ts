import { asRecord } from "../../json.ts";

/** One member somewhere in a lead, whatever its depth. */
interface Fact {
  readonly key: string;
  readonly value: unknown;
}

/** A hostile lead must not make the walk long. */
const MAX_FACTS = 2_000;
/** Longer texts are somebody's notes, not a fact to repeat. */
const MAX_TEXT = 140;
/** What is said of these is not said of the lead. */
const SOMEBODY_ELSE =
  /^(spouse|partner|husband|wife|child|kids|depend|family|employer|company|plan|insur|doctor|agent)/;

/** `first_name`, `firstName` and `First name` are one key. */
function membersOf({ value, key }: Fact): Fact[] {
  if (SOMEBODY_ELSE.test(key)) return [];
  return Object.entries(Array.isArray(value) ? value : (asRecord(value) ?? {})).map(([name, member]) => {
    return { key: name.toLowerCase().replace(/[^a-z0-9]/g, ""), value: member };
  });
}

function asText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_TEXT) return undefined;
  return text.trim().replace(/\s+/g, " ");
}

/** Takes `"$52,000"` and `"52k"` too. */
function asNumber(text: string): number | undefined {
  const [, digits, thousands] = /(\d+(?:\.\d+)?)\s*(k\b)?/i.exec(text.replaceAll(",", "")) ?? [];
  return digits === undefined ? undefined : Number(digits) * (thousands ? 1_000 : 1);
}

function asPhrases(value: unknown): string[] {
  const parts = Array.isArray(value) ? value : (asText(value)?.split(/[,;] (?:and )?/) ?? []);
  return parts.flatMap((part) => asText(asRecord(part)?.name ?? part) ?? []);
}

export type Facts = ReturnType<typeof collectFacts>;

/** Finds what a lead says of itself under one of some keys, the first key first, and a shallow member before a deep one. */
export function collectFacts(lead: unknown) {
  const facts: Fact[] = [{ key: "", value: lead }];
  for (const fact of facts) if (facts.length < MAX_FACTS) facts.push(...membersOf(fact));

  function find<T>(keys: readonly string[], read: (value: unknown) => T | undefined): T[] {
    const values = keys.flatMap((key) => facts.filter((fact) => fact.key === key));
    return values.map(({ value }) => read(value)).filter((found) => found !== undefined);
  }
  return {
    text: (...keys: string[]) => find(keys, asText)[0],
    number: (...keys: string[]) => find(keys, (value) => asNumber(asText(value) ?? ""))[0],
    list: (...keys: string[]) => find(keys, (value) => (Array.isArray(value) ? value : undefined))[0],
    /** At most five, from a list, or a text with commas. */
    phrases: (...keys: string[]) => find(keys, asPhrases).flat().slice(0, 5),
  };
}
