import type { SeededFaker } from "../seeded-faker.ts";
import type { Facts } from "./facts.ts";

/** What a lead says of who lives with it. */
export type Household = ReturnType<typeof readHousehold>;

const COUNTS = ["no", "one", "two", "three", "four", "five", "six"];
const CHILDREN =
  /\b(\d+|an?|no|one|two|three|four|five|six)\s+(?:\w+\s+)?(?:kid|child|dependent|son|daughter)/;
const HOMES = ["a rented apartment", "a small house of their own", "a duplex shared with a parent"];

function childrenIn(text: string): number | undefined {
  const word = CHILDREN.exec(text)?.[1]?.replace(/^an?$/, "one");
  if (word !== undefined) return COUNTS.includes(word) ? COUNTS.indexOf(word) : Number(word);
  // "children of 9 and 5", "children grown up"
  const ages = /\b(?:kids|children)\D{0,8}(\d+(?:(?:, | and )\d+)*)/.exec(text)?.[1]?.match(/\d+/g);
  return ages?.length ?? (text.includes("grown") ? 0 : undefined);
}

function partnerIn(text: string): boolean | undefined {
  if (/\b(single|divorced|widow(ed|er)?|separated|alone)\b/.test(text)) return false;
  return /\b(married|spouse|partner|husband|wife|couple|(two|2) adults)\b/.test(text) || undefined;
}

export function readHousehold({ text, list }: Facts) {
  const said = text("household", "family", "familystatus", "livingsituation") ?? "";
  const keys = ["children", "kids", "dependents", "numberofchildren"];
  const others = `${text("adults")} adults, ${list(...keys)?.length ?? text(...keys)} children`;
  const words = `${said} ${text("maritalstatus", "relationship")} ${others}`.toLowerCase();
  const inItsOwnWords = /[a-z]/i.test(said) ? said : undefined;
  return { inItsOwnWords, partner: partnerIn(words), children: childrenIn(words) };
}

/** A household of the same kind, in other words; where the lead is silent, what is common at that age. */
export function similarHousehold(faker: SeededFaker, like: Household, age: number): string {
  const usual = age < 24 || age > 57 ? 0 : faker.number.int(3);
  const children = Math.min(like.children ?? usual, COUNTS.length - 1);
  const adults = (like.partner ?? faker.datatype.boolean(0.55)) ? "Married" : "Single";
  const atHome = children === 0 ? "" : `, ${COUNTS[children]} ${children === 1 ? "child" : "children"}`;
  return `${adults}${atHome}, in ${faker.helpers.arrayElement(HOMES)}`;
}
