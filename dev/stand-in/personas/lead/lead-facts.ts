import { isObject } from "../../openai/json.ts";

/** One member somewhere in a lead, whatever its depth. */
interface Fact {
  readonly key: string;
  readonly value: unknown;
  /** The keys above it. */
  readonly above: readonly string[];
}

/** A hostile lead must not make the walk long. */
const MAX_FACTS = 2_000;

/** `first_name`, `firstName` and `First name` are one key. */
function plainKey(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function membersOf({ value, key, above }: Fact): Fact[] {
  const deeper = key === "" ? above : [...above, key];
  if (Array.isArray(value)) return value.map((item) => ({ key: "", value: item, above: deeper }));
  if (!isObject(value)) return [];
  return Object.entries(value).map(([name, member]) => ({
    key: plainKey(name),
    value: member,
    above: deeper,
  }));
}

/** All members of a value, the shallow ones first: what is said of the lead comes before what is said of others. */
export function collectFacts(value: unknown): Fact[] {
  const facts = membersOf({ key: "", value, above: [] });
  for (let i = 0; i < facts.length && facts.length < MAX_FACTS; i++) {
    const fact = facts[i];
    if (fact) facts.push(...membersOf(fact));
  }
  return facts;
}

export type FactFinder = ReturnType<typeof createFactFinder>;

export function createFactFinder(lead: unknown) {
  const facts = collectFacts(lead);
  /** The first value that is said under one of the keys, the keys in order of preference. */
  function find(keys: readonly string[], notUnder: RegExp = /^$/): unknown {
    for (const key of keys) {
      const fact = facts.find((one) => {
        return one.key === key && hasSomething(one.value) && !one.above.some((name) => notUnder.test(name));
      });
      if (fact) return fact.value;
    }
    return undefined;
  }
  return {
    find,
    text: (keys: readonly string[], notUnder?: RegExp) => asText(find(keys, notUnder)),
    number: (keys: readonly string[], notUnder?: RegExp) => asNumber(find(keys, notUnder)),
    phrases: (keys: readonly string[]) => asPhrases(find(keys)),
  };
}

function hasSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "";
}

/** Longer texts are somebody's notes, not a fact to repeat. */
const MAX_TEXT = 140;

export function asText(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return undefined;
  const text = value.trim().replace(/\s+/g, " ");
  return text === "" || text.length > MAX_TEXT ? undefined : text;
}

const UNITS: Record<string, number> = { k: 1_000, m: 1_000_000 };

function numbersIn(text: string): number[] {
  const found = text.replaceAll(",", "").matchAll(/(\d+(?:\.\d+)?)\s*([km])?\b/gi);
  return Array.from(found, ([, digits, unit]) => Number(digits) * (UNITS[unit?.toLowerCase() ?? ""] ?? 1));
}

/** Takes `"$52,000"`, `"52k"`, `"50-60k"` (its middle) and `{ min, max }` too. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const text = isObject(value)
    ? Object.values(value)
        .filter((one) => typeof one !== "boolean")
        .join(" ")
    : value;
  if (typeof text !== "string") return undefined;
  const [first, second] = numbersIn(text);
  if (first === undefined || second === undefined) return first;
  const unitAtEnd = first < 1_000 && second >= 1_000 ? 1_000 : 1;
  return (first * unitAtEnd + second) / 2;
}

const NOTHING = /^(none|no|n\/?a|nil|unknown|healthy|false|nothing)\.?$/i;
const NAMING_KEYS = ["name", "label", "condition", "title", "value", "description"];

function namesIn(value: unknown): string[] {
  if (typeof value === "string") return value.split(/[,;\n]/);
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isObject(value)) return [];
  const naming = NAMING_KEYS.map((key) => value[key]).find((one) => typeof one === "string");
  if (typeof naming === "string") return [naming];
  // As forms send check boxes: { asthma: true, diabetes: false }.
  return Object.entries(value).flatMap(([key, on]) => {
    return on === true
      ? [
          key
            .replace(/([a-z])([A-Z])/g, "$1 $2")
            .replaceAll("_", " ")
            .toLowerCase(),
        ]
      : namesIn(on);
  });
}

/** At most five short phrases, from a text, a list, or check boxes. */
export function asPhrases(value: unknown): string[] {
  const phrases = namesIn(value).flatMap((name) => asText(name) ?? []);
  return [...new Set(phrases)].filter((phrase) => !NOTHING.test(phrase)).slice(0, 5);
}
