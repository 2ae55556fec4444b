import type { JsonObject } from "../../json.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import { appearanceOf } from "./appearance.ts";
import type { Lead } from "./lead.ts";
import type { Person } from "./people.ts";
import { CONCERNS, COVERAGE, MANNERS, MEDICARE_PLANS, NEEDS, PLANS, PRIORITIES, QUESTIONS } from "./words.ts";

/** Everything that one persona is written from. */
export interface Portrayal {
  readonly faker: SeededFaker;
  readonly lead: Lead;
  readonly person: Person;
  readonly story: string;
}

const MEDICARE_AGE = 65;
/** Of income, for premiums. */
const USUAL_SHARE = 0.07;
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
  const medicare = person.age >= MEDICARE_AGE;
  const most = medicare ? MOST_MEDICARE_PREMIUM_USD : MOST_PREMIUM_USD;
  const usual = lead.monthlyBudgetUsd ?? Math.min(most, (person.incomeUsd * USUAL_SHARE) / 12);
  const moved = Math.round((usual * faker.number.float({ min: 0.85, max: 1.15 })) / 5) * 5;
  return {
    monthlyPremiumUsd: person.isLead ? (lead.monthlyBudgetUsd ?? moved) : moved,
    annualDeductibleUsd: faker.number.int(medicare ? { max: 12 } : { min: 30, max: 140 }) * 50,
  };
}

function describe({ lead, person, story }: Portrayal): string {
  const { age, occupation, location, household, incomeUsd, isLead } = person;
  const tie = isLead || !lead.firstName ? "" : `, facing the same choice as ${lead.firstName}`;
  const who = `{first} is ${age} and lives in ${location} (${uncapitalized(household)})${tie}`;
  const money = `some ${dollars(incomeUsd)} a year and can give about {budget} a month for premiums`;
  return `${who}. ${story}. Work: ${uncapitalized(occupation)}. The household lives on ${money}.`;
}

/** What somebody has of its own comes first, then what people often say, each once. */
function listed({ faker }: Portrayal, own: readonly string[], usual: readonly string[], size: number) {
  const first = own.slice(0, size - 1).map(capitalized);
  const others = usual.filter((one) => !first.includes(one));
  return [...first, ...faker.helpers.arrayElements(others, size - first.length)];
}

function traitsOf(portrayal: Portrayal): JsonObject {
  const { faker, lead, person } = portrayal;
  const { arrayElement } = faker.helpers;
  const [wishes, worries] = person.isLead ? [lead.wishes, lead.worries] : [[], []];
  const ills = person.isLead ? lead.conditions : lead.conditions.slice(0, 1);
  const care = ills.slice(0, 1).map((condition) => `Regular care for ${condition} in the network`);
  const health = ills.length > 0 ? `Lives with ${ills.join(" and ")}, in regular care` : "Well";
  return {
    currentCoverage: capitalized((person.isLead ? lead.coverage : undefined) ?? arrayElement(COVERAGE)),
    healthContext: `${health}; a check-up each year and no hospital stay since childhood`,
    coverageNeeds: listed(portrayal, [...care, ...wishes], NEEDS, 4),
    priorities: listed(portrayal, wishes.slice(0, 1), PRIORITIES, 3),
    concerns: listed(portrayal, worries, CONCERNS, 3),
    questionsToAsk: listed(portrayal, [], QUESTIONS, 4),
    preferredPlanType: arrayElement(person.age < MEDICARE_AGE ? PLANS : MEDICARE_PLANS),
    communicationStyle: arrayElement(MANNERS),
    appearance: appearanceOf(faker, person),
  };
}

function filled(value: unknown, words: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => filled(one, words));
  if (typeof value !== "string") return value;
  return value.replace(/\{(\w+)\}/g, (braces, name: string) => words[name] ?? braces);
}

/** All the fields known for one persona, of which a schema may take what it has. */
export function writePersona(portrayal: Portrayal): JsonObject {
  const { person } = portrayal;
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
    budget,
    ...traitsOf(portrayal),
  };
  const words = {
    first: person.firstName,
    state: person.location.split(", ").at(-1) ?? "",
    budget: dollars(budget.monthlyPremiumUsd),
    deductible: dollars(budget.annualDeductibleUsd),
  };
  return Object.fromEntries(Object.entries(persona).map(([name, value]) => [name, filled(value, words)]));
}
