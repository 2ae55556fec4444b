import type { Random } from "../random.ts";
import { between, pick } from "../random.ts";
import type { Household } from "./lead/household.ts";
import { inWords } from "./vocabulary/number-words.ts";

/** A household as a persona has it. */
export interface Home {
  readonly partner: boolean;
  readonly past: string | undefined;
  readonly childAges: readonly number[];
  readonly grownChildren: number;
  readonly expecting: boolean;
}

/** Where the lead is silent, what is common at that age. */
export function homeFor(random: Random, household: Household, age: number): Home {
  const grown = age >= 56;
  const partner = household.partner ?? random() < (age < 28 ? 0.25 : 0.6);
  const unknownChildren = household.children === undefined;
  const usual = age < 24 || random() < 0.4 ? 0 : between(random, 1, 3);
  const children = Math.min(household.children ?? usual, 8);
  const atHome = unknownChildren && grown ? 0 : children;
  const usualAges = childAges(random, age, atHome);
  const ages = usualAges.map((usualAge, index) => household.childAges[index] ?? usualAge);
  return {
    partner,
    past: partner ? undefined : household.past,
    childAges: ages.sort((a, b) => a - b),
    grownChildren: unknownChildren && grown ? children : 0,
    expecting: household.expecting,
  };
}

/** Brothers and sisters are a few years apart, the eldest born to a parent of 20 to 38. */
function childAges(random: Random, parentAge: number, children: number): number[] {
  const ages: number[] = [];
  let age = between(random, Math.max(1, parentAge - 38), Math.max(1, Math.min(17, parentAge - 20)));
  for (let i = 0; i < children; i++) {
    ages.push(age);
    age = Math.max(1, age - between(random, 2, 4));
  }
  return ages;
}

function childrenInWords(ages: readonly number[]): string {
  const shown = ages.map((age) => (age === 0 ? "under one" : String(age)));
  const [only] = shown;
  if (ages.length === 1) return `one child at home, ${ages[0] === 0 ? only : `aged ${only}`}`;
  return `${inWords(ages.length)} children at home, aged ${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function adultInWords(random: Random, { partner, past, childAges }: Home): string {
  if (partner) return pick(random, ["Married", "Married", "Lives with a partner"]);
  if (childAges.length > 0) return past ? `Single parent, ${past}` : "Single parent";
  if (past) return `${past[0]?.toUpperCase()}${past.slice(1)}, lives alone`;
  return pick(random, ["Single, lives alone", "Single, shares an apartment with a friend", "Lives alone"]);
}

export function homeInWords(random: Random, home: Home): string {
  const parts = [adultInWords(random, home)];
  if (home.childAges.length > 0) parts.push(childrenInWords(home.childAges));
  else if (home.grownChildren > 0)
    parts.push(`${inWords(home.grownChildren)} grown ${home.grownChildren === 1 ? "child" : "children"}`);
  else if (home.partner) parts.push("no children at home");
  if (home.expecting) parts.push("expecting a baby");
  return parts.join(", ");
}

/** People whom one plan would cover. */
export function peopleIn({ partner, childAges }: Home): number {
  return 1 + (partner ? 1 : 0) + childAges.length;
}
