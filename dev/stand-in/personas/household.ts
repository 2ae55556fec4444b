import type { SeededFaker } from "../seeded-faker.ts";
import type { Facts } from "./facts.ts";

/** What a lead says of who lives with it. */
export interface Household {
  /** In the lead's own words. */
  readonly told: string | undefined;
  readonly partner: boolean | undefined;
  readonly children: number | undefined;
}

const COUNTS = ["no", "one", "two", "three", "four", "five", "six"];
const CHILDREN =
  /\b(\d+|an?|no|one|two|three|four|five|six)\s+(?:\w+\s+)?(?:kid|child|dependent|son|daughter)/i;
const HOMES = ["a rented apartment", "a small house of their own", "a duplex shared with a parent"];

function childrenIn(text: string): number | undefined {
  const word = CHILDREN.exec(text)?.[1]?.toLowerCase().replace(/^an?$/, "one");
  if (word !== undefined) return COUNTS.includes(word) ? COUNTS.indexOf(word) : Number(word);
  // "children of 9 and 5", "children grown up"
  const ages = /\b(?:kids|children)\D{0,8}(\d+(?:(?:, | and )\d+)*)/i.exec(text)?.[1]?.match(/\d+/g);
  return ages?.length ?? (/grown/i.test(text) ? 0 : undefined);
}

function partnerIn(text: string): boolean | undefined {
  if (/\b(single|divorced|widow(ed|er)?|separated|alone)\b/i.test(text)) return false;
  return /\b(married|spouse|partner|husband|wife|couple|two adults)\b/i.test(text) || undefined;
}

export function readHousehold({ text, number }: Facts): Household {
  const told = text("household", "family", "familystatus", "livingsituation");
  const words = `${told} ${text("maritalstatus", "relationship")} ${text("children", "kids", "dependents")}`;
  const size = number("householdsize", "familysize", "size");
  const partner = partnerIn(words) ?? (size === undefined ? undefined : size > 1);
  const counted = childrenIn(words) ?? number("children", "kids", "dependents", "numberofchildren");
  const others = size === undefined ? undefined : Math.max(0, size - (partner ? 2 : 1));
  return { told: /[a-z]/i.test(told ?? "") ? told : undefined, partner, children: counted ?? others };
}

/** A household of the same kind, in other words; where the lead is silent, what is common at that age. */
export function similarHousehold(faker: SeededFaker, like: Household, age: number): string {
  const usual = age < 24 || age > 57 ? 0 : faker.number.int(3);
  const children = Math.min(like.children ?? usual, COUNTS.length - 1);
  const adults = (like.partner ?? faker.datatype.boolean(0.55)) ? "Married" : "Single";
  const atHome = children === 0 ? "" : `, ${COUNTS[children]} ${children === 1 ? "child" : "children"}`;
  return `${adults}${atHome}, in ${faker.helpers.arrayElement(HOMES)}`;
}
