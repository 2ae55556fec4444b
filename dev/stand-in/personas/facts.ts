import { asRecord } from "../as-record.ts";

/** One member somewhere in a lead, whatever its depth. */
interface Fact {
  readonly key: string;
  readonly value: unknown;
  /** The keys above it. */
  readonly above: readonly string[];
}

/** A hostile lead must not make the walk long. */
const MAX_FACTS = 2_000;
/** Longer texts are somebody's notes, not a fact to repeat. */
const MAX_TEXT = 140;
/** Under these a name or an age is somebody else's. */
const SOMEBODY_ELSE =
  /^(spouse|partner|husband|wife|child(ren)?|kids|dependents?|family|members|household|employer|company|plan|insurance|doctors?|agent|advisor|source|campaign)$/;

/** `first_name`, `firstName` and `First name` are one key. */
function membersOf({ value, key, above }: Fact): Fact[] {
  const deeper = key === "" ? above : [...above, key];
  if (Array.isArray(value)) return value.map((item) => ({ key: "", value: item, above: deeper }));
  return Object.entries(asRecord(value) ?? {}).map(([name, member]) => {
    return { key: name.toLowerCase().replace(/[^a-z0-9]/g, ""), value: member, above: deeper };
  });
}

/** All members of a value, the shallow ones first: what is said of the lead comes before what is said of others. */
function collectFacts(value: unknown): Fact[] {
  const facts = membersOf({ key: "", value, above: [] });
  for (let i = 0; i < facts.length && facts.length < MAX_FACTS; i++) {
    const fact = facts[i];
    if (fact) facts.push(...membersOf(fact));
  }
  return facts.filter((fact) => fact.value !== null && fact.value !== "");
}

export function asText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value.trim().replace(/\s+/g, " ") : "";
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}

/** Takes `"$52,000"` and `"52k"` too. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const text = typeof value === "string" ? value.replaceAll(",", "") : "";
  const [, digits, thousands] = /(\d+(?:\.\d+)?)\s*(k\b)?/i.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (thousands ? 1_000 : 1);
}

/** At most five short phrases, from a text with commas or a list. */
function asPhrases(value: unknown): string[] {
  const texts = (
    Array.isArray(value) ? value : String(asText(value) ?? "").split(/[,;]\s*(?:and )?/)
  ).flatMap((one) => asText(asRecord(one)?.name ?? one) ?? []);
  return texts.filter((text) => !/^(none|no|n\/?a|unknown|healthy)\.?$/i.test(text)).slice(0, 5);
}

export type FactFinder = ReturnType<typeof createFactFinder>;

/** Finds what is said under one of some keys, the keys in order of preference. */
export function createFactFinder(lead: unknown) {
  const facts = collectFacts(lead);
  const own = facts.filter(({ above }) => !above.some((name) => SOMEBODY_ELSE.test(name)));
  const find = (keys: readonly string[], among = facts): unknown => {
    return keys.map((key) => among.find((fact) => fact.key === key)).find(Boolean)?.value;
  };
  return {
    find,
    text: (...keys: string[]) => asText(find(keys)),
    number: (...keys: string[]) => asNumber(find(keys)),
    phrases: (...keys: string[]) => asPhrases(find(keys)),
    /** Of the lead itself, not of somebody it tells of. */
    ownText: (...keys: string[]) => asText(find(keys, own)),
  };
}
