import type { JsonObject } from "../as-record.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import type { Angle } from "./angles.ts";
import { ANGLES, MEDICARE_PLANS } from "./angles.ts";
import { appearanceOf } from "./appearance.ts";
import type { Lead } from "./lead.ts";
import type { Person } from "./people.ts";

/** Everything that one persona is written from. */
export interface Portrayal {
  readonly faker: SeededFaker;
  readonly lead: Lead;
  readonly person: Person;
  readonly angle: Angle;
}

const MEDICARE_AGE = 65;
/** Of income, for premiums: with tax credits little at the bottom, and at most what the law calls affordable. */
const LEAST_SHARE = 0.02;
const MOST_SHARE = 0.085;
const MOST_PREMIUM_USD = 1_400;
const MOST_MEDICARE_PREMIUM_USD = 330;

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "HVAC technician" keeps its capitals, "Nurse" does not. */
function uncapitalized(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString("en-US")}`;
}

/** What the lead says it can pay stands; for others it is moved a little. */
function budgetOf({ faker, lead, person }: Portrayal) {
  const { age, incomeUsd, isLead } = person;
  const share = Math.min(MOST_SHARE, LEAST_SHARE + incomeUsd / 1_000_000);
  const most = age >= MEDICARE_AGE ? MOST_MEDICARE_PREMIUM_USD : MOST_PREMIUM_USD;
  const usual = lead.monthlyBudgetUsd ?? Math.min(most, (incomeUsd * share) / 12);
  const moved = Math.round((usual * faker.number.float({ min: 0.85, max: 1.15 })) / 5) * 5;
  const deductible = faker.number.int(age >= MEDICARE_AGE ? { max: 12 } : { min: 30, max: 140 }) * 50;
  return {
    monthlyPremiumUsd: isLead ? (lead.monthlyBudgetUsd ?? moved) : moved,
    annualDeductibleUsd: deductible,
  };
}

function describe({ faker, lead, person, angle }: Portrayal): string {
  const { firstName, age, occupation, location, household, incomeUsd, isLead } = person;
  const job = uncapitalized(occupation);
  const works = faker.helpers.arrayElement(["by occupation", "by trade"]);
  const tie = isLead || !lead.firstName ? "" : `, facing the same choice as ${lead.firstName}`;
  const money = `The household lives on some ${dollars(incomeUsd)} a year and can give about {budget} a month for premiums`;
  return `${firstName} is ${age}, ${job} ${works}, and lives in ${location} (${uncapitalized(household)})${tie}. ${angle.story}. ${money}.`;
}

function healthOf({ person, lead }: Portrayal): string {
  const conditions = person.isLead ? lead.conditions : lead.conditions.slice(0, 1);
  if (conditions.length === 0) return "Well, with a yearly check-up and no regular medicines";
  return `Lives with ${conditions.join(" and ")}, in regular care; otherwise well`;
}

/** What somebody has of its own comes first, then some of what others have, each once. */
function listed(
  faker: SeededFaker,
  own: readonly string[],
  others: readonly string[],
  size: number,
): string[] {
  const first = own.slice(0, size - 1).map(capitalized);
  const rest = others.filter((one) => !first.includes(one));
  return [...first, ...faker.helpers.arrayElements(rest, size - first.length)];
}

/** Only the lead has the lead's own wishes and worries. */
function listsOf({ faker, lead, person, angle }: Portrayal) {
  const [wishes, worries] = person.isLead ? [lead.wishes, lead.worries] : [[], []];
  const care = lead.conditions.slice(0, 1).map((condition) => `Regular care for ${condition} in the network`);
  const needs = [...care, ...wishes, ...angle.needs];
  const everybody = (of: (one: Angle) => string | readonly string[]) => ANGLES.flatMap(of);
  return {
    coverageNeeds: listed(
      faker,
      needs,
      everybody((one) => one.needs),
      4,
    ),
    priorities: listed(
      faker,
      [angle.priority],
      everybody((one) => one.priority),
      3,
    ),
    concerns: listed(
      faker,
      [...worries, angle.concern],
      everybody((one) => one.concern),
      3,
    ),
    questionsToAsk: listed(
      faker,
      [angle.question],
      everybody((one) => one.question),
      4,
    ),
  };
}

function filled(value: unknown, words: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, words));
  if (typeof value !== "string") return value;
  return value.replace(/\{(\w+)\}/g, (braces, name: string) => words[name] ?? braces);
}

/** All the fields known for one persona, of which a schema may take what it has. */
export function writePersona(portrayal: Portrayal): JsonObject {
  const { faker, lead, person, angle } = portrayal;
  const budget = budgetOf(portrayal);
  const persona = {
    name: `${person.firstName} ${person.lastName}`,
    description: describe(portrayal),
    age: person.age,
    gender: person.gender,
    location: person.location,
    household: capitalized(person.household),
    occupation: capitalized(person.occupation),
    annualIncomeUsd: person.incomeUsd,
    currentCoverage: capitalized((person.isLead ? lead.coverage : undefined) ?? angle.coverage),
    healthContext: healthOf(portrayal),
    ...listsOf(portrayal),
    preferredPlanType: person.age < MEDICARE_AGE ? angle.plan : faker.helpers.arrayElement(MEDICARE_PLANS),
    budget,
    communicationStyle: angle.manner,
    appearance: appearanceOf(faker, person),
  };
  const words = {
    first: person.firstName,
    state: person.location.split(", ").at(-1) ?? "",
    budget: dollars(budget.monthlyPremiumUsd),
    deductible: dollars(budget.annualDeductibleUsd),
  };
  return Object.fromEntries(Object.entries(persona).map(([name, value]) => [name, filled(value, words)]));
}
