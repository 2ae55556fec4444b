import { isObject } from "../../openai/json.ts";
import { NUMBER_WORDS } from "../vocabulary/number-words.ts";
import type { FactFinder } from "./lead-facts.ts";
import { asText } from "./lead-facts.ts";

/** What a lead says of who lives with it. */
export interface Household {
  /** In the lead's own words. */
  readonly told: string | undefined;
  readonly partner: boolean | undefined;
  readonly partnerName: string | undefined;
  /** "divorced", "widowed" or nothing to say. */
  readonly past: string | undefined;
  readonly children: number | undefined;
  readonly childAges: readonly number[];
  readonly expecting: boolean;
}

function countSaid(text: string): number | undefined {
  const said =
    /\b(\d+|no|an?|one|two|three|four|five|six)\s+(?:\w+\s+)?(?:kid|child|dependent|son|daughter)/i.exec(
      text,
    );
  const word = said?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  if (/^\d+$/.test(word)) return Number(word);
  return /^an?$/.test(word) ? 1 : NUMBER_WORDS.indexOf(word);
}

function agesIn(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  const ages = value.map((one) => Number(isObject(one) ? (one.age ?? Number.NaN) : one));
  return ages.filter((age) => Number.isInteger(age) && age >= 0 && age < 27);
}

function partnerSaid(words: string, size: number | undefined): boolean | undefined {
  if (/\b(single|divorced|widow(ed|er)?|separated|unmarried|alone)\b/i.test(words)) return false;
  if (/\b(married|spouse|partner(ed)?|husband|wife|couple|engaged)\b/i.test(words)) return true;
  return size === undefined ? undefined : size >= 2;
}

function readPartner({ find, text }: FactFinder, words: string, size: number | undefined) {
  const said = find(["spouse", "partner", "husband", "wife", "hasspouse", "married"]);
  const name = isObject(said)
    ? asText(said.firstName ?? said.name)
    : typeof said === "string"
      ? said
      : undefined;
  const there = said === undefined ? undefined : said !== false && !/^(no|none|false)$/i.test(String(said));
  const marital = text(["maritalstatus", "relationshipstatus", "marital", "relationship"]) ?? "";
  return {
    partner: partnerSaid(`${marital} ${words}`, there === undefined ? size : undefined) ?? there,
    partnerName: name && /^\p{Lu}/u.test(name) && !/^(Yes|No)$/.test(name) ? name.split(" ")[0] : undefined,
    past: /divorced|widowed|separated/i.exec(`${marital} ${words}`)?.[0].toLowerCase(),
  };
}

const CHILD_KEYS = [
  "children",
  "kids",
  "dependents",
  "numchildren",
  "childrencount",
  "numberofchildren",
  "dependentscount",
];

function readChildren({ find, number }: FactFinder, words: string) {
  const said = find(CHILD_KEYS);
  const childAges = agesIn(find(["childages", "childrenages", "kidsages"]) ?? said);
  const counted = Array.isArray(said)
    ? said.length
    : (number(CHILD_KEYS) ?? countSaid(`${words} ${String(said)}`));
  return { childAges, counted: counted ?? (childAges.length || undefined) };
}

export function readHousehold(facts: FactFinder): Household {
  const said = facts.find([
    "household",
    "householdtype",
    "family",
    "familystatus",
    "livingsituation",
    "householdsize",
    "familysize",
  ]);
  const told = typeof said === "string" && /[a-z]/i.test(said) ? asText(said) : undefined;
  const size = facts.number(["householdsize", "familysize", "size", "peopleinhousehold"]) ?? numberOnly(said);
  const { counted, childAges } = readChildren(facts, told ?? "");
  const partner = readPartner(facts, told ?? "", size === undefined ? undefined : size - (counted ?? 0));
  const rest = size === undefined ? undefined : Math.max(0, size - 1 - (partner.partner ? 1 : 0));
  const expecting = facts.find(["pregnant", "expecting"]) === true || /pregnan|expecting/i.test(told ?? "");
  return { told, ...partner, childAges, children: counted ?? rest, expecting };
}

function numberOnly(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
