import type { SeededFaker } from "../seeded-faker.ts";
import type { FactFinder } from "./facts.ts";
import { asNumber, asText } from "./facts.ts";

/** What a lead says of who lives with it. */
export interface Household {
  /** In the lead's own words. */
  readonly told: string | undefined;
  readonly partner: boolean | undefined;
  readonly children: number | undefined;
  readonly childAges: readonly number[];
}

/** Who is at home with one persona. */
export interface Home {
  readonly partner: boolean;
  readonly childAges: readonly number[];
}

const COUNTS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];
const CHILDREN =
  /\b(\d|an?|no|one|two|three|four|five|six)\s+(?:\w+\s+)?(?:kid|child|dependent|son|daughter)/i;
const CHILD_KEYS = ["children", "kids", "dependents", "numchildren", "childrencount", "numberofchildren"];
/** More would fill a persona with ages. */
const MAX_CHILDREN = COUNTS.length - 1;

/** "children of 9 and 5" */
function agesIn(text: string): number[] {
  const ages = /\b(?:kids|child(?:ren)?),? (?:of|aged?|ages)? ?(\d[\d, and]*)/i.exec(text)?.[1];
  return (
    ages
      ?.match(/\d+/g)
      ?.map(Number)
      .filter((age) => age < 27) ?? []
  );
}

function childrenIn(text: string): number | undefined {
  if (/grown/i.test(text)) return 0;
  const word = CHILDREN.exec(text)?.[1]?.toLowerCase();
  if (word === undefined) return undefined;
  const count = COUNTS.indexOf(word.replace(/^an?$/, "one"));
  return count < 0 ? Number(word) : count;
}

function partnerIn(words: string, spouse: unknown): boolean | undefined {
  if (/\b(single|divorced|widow(ed|er)?|separated|alone)\b/i.test(words)) return false;
  if (/\b(married|spouse|partner|husband|wife|couple|two adults)\b/i.test(words)) return true;
  return spouse === undefined ? undefined : !/^(no|none|false)$/i.test(String(spouse));
}

export function readHousehold({ find, text, number }: FactFinder): Household {
  const said = find(["household", "householdtype", "family", "familystatus", "livingsituation"]);
  const told = typeof said === "string" ? asText(said) : undefined;
  const listed = find(CHILD_KEYS);
  const words = `${told} ${text("maritalstatus", "relationshipstatus")} ${asText(listed)}`;
  const size = number("householdsize", "familysize", "size") ?? (typeof said === "number" ? said : undefined);
  const childAges = agesIn(words);
  const inText = asNumber(listed) ?? childrenIn(words);
  const counted = Array.isArray(listed) ? listed.length : (inText ?? (childAges.length || undefined));
  const others = size === undefined ? undefined : Math.max(0, size - 1 - (counted ?? 0)) > 0;
  const partner = partnerIn(words, find(["spouse", "partner", "husband", "wife"])) ?? others;
  const rest = size === undefined ? undefined : Math.max(0, size - (partner ? 2 : 1));
  return { told, partner, children: counted ?? rest, childAges };
}

/** Where the lead is silent, what is common at that age. */
export function homeFor(faker: SeededFaker, household: Household, age: number): Home {
  const { int } = faker.number;
  const { partner, children, childAges: told } = household;
  const usual = age < 24 || age > 57 ? 0 : int(3);
  const eldest = int({ min: Math.max(1, age - 38), max: Math.max(1, Math.min(17, age - 20)) });
  const count = Math.min(children ?? usual, MAX_CHILDREN);
  const childAges = Array.from({ length: count }, (_, i) => told[i] ?? Math.max(1, eldest - 3 * i));
  return { partner: partner ?? faker.datatype.boolean(0.55), childAges: childAges.sort((a, b) => a - b) };
}

export function homeInWords({ partner, childAges }: Home): string {
  const [only, ...more] = childAges;
  if (only === undefined) return partner ? "Married, no children at home" : "Single, lives alone";
  const ages =
    more.length === 0 ? String(only) : `${childAges.slice(0, -1).join(", ")} and ${childAges.at(-1)}`;
  const children = more.length === 0 ? "one child" : `${COUNTS[childAges.length]} children`;
  return `${partner ? "Married" : "Single parent"}, ${children} at home, aged ${ages}`;
}
