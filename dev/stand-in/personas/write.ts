import type { JsonObject } from "../openai/json.ts";
import type { Random } from "../random.ts";
import { pick, sample } from "../random.ts";
import type { Angle } from "./angles/angle.ts";
import { MEDICARE_AGE, MEDICARE_COVERAGE, MEDICARE_PLANS } from "./angles/angle.ts";
import { appearanceOf } from "./appearance.ts";
import type { Member } from "./cast.ts";
import { describePersona } from "./description.ts";
import type { Lead } from "./lead/lead.ts";
import { budgetFor } from "./money.ts";
import { GOOD_HEALTH, notesOn } from "./vocabulary/conditions.ts";

/** Everything that one persona is written from. */
export interface Portrayal {
  readonly random: Random;
  readonly lead: Lead;
  readonly member: Member;
  readonly angle: Angle;
  readonly conditions: readonly string[];
}

const THEIR = { woman: "her", man: "his", "non-binary person": "their" } as const;
const GENDER = { woman: "Woman", man: "Man", "non-binary person": "Non-binary" } as const;

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The lead's own conditions; of somebody in its place, the first, since the rest is another person's. */
export function conditionsOf({ part }: Member, lead: Lead): readonly string[] {
  if (part === "self") return lead.conditions;
  return part === "peer" ? lead.conditions.slice(0, 1) : [];
}

function healthOf({ random, lead, member, conditions }: Portrayal): string {
  const [first, ...others] = conditions;
  const { age, part, home } = member;
  const wellness = GOOD_HEALTH[age < 36 ? "young" : age < 58 ? "middle" : "older"];
  const context = pick(random, notesOn(first ?? "")?.contexts ?? [""]);
  const medicines = part === "self" ? lead.medications.join(", ") : "";
  const well = medicines === "" ? pick(random, wellness) : "Otherwise well";
  const parts = [first === undefined ? well : `Lives with ${first} ${context}`.trim()];
  if (others.length > 0) parts.push(`also ${others.join(" and ")}`);
  if (medicines !== "") parts.push(`takes ${medicines}`);
  if (part === "self" && lead.smokes) parts.push("uses tobacco, which can raise the premium");
  if (part !== "peer" && home.expecting) parts.push("a baby is on the way");
  return parts.join("; ");
}

/** What somebody has of its own comes first, as long as one place is left for the angle. */
function list(random: Random, own: readonly (string | undefined)[], pool: readonly string[], size: number) {
  const first = own.filter((one) => one !== undefined).slice(0, size - 1);
  return [...first, ...sample(random, pool, size - first.length)];
}

/** A peer shares what the lead needs, but words no worry and no question as the lead does. */
function listsOf({ random, lead, member, angle, conditions }: Portrayal) {
  const self = member.part === "self";
  const needs = conditions.map((condition) => notesOn(condition)?.need);
  const notes = self ? notesOn(conditions[0] ?? "") : undefined;
  const wishes = self ? lead.wishes.slice(0, 3).map(capitalized) : [];
  const worries = self ? lead.worries.map(capitalized) : [];
  return {
    coverageNeeds: list(random, [...needs, ...wishes], angle.needs, 4),
    priorities: list(random, wishes.slice(0, 1), angle.priorities, 3),
    concerns: list(random, [...worries, notes?.concern], angle.concerns, 3),
    questionsToAsk: list(random, [notes?.question], angle.questions, 4),
  };
}

function planOf({ random, lead, member, angle }: Portrayal) {
  const medicare = member.age >= MEDICARE_AGE;
  const own = member.part === "self" ? lead.coverage : undefined;
  return {
    currentCoverage: capitalized(own ?? pick(random, medicare ? MEDICARE_COVERAGE : angle.coverage)),
    preferredPlanType: pick(random, medicare ? MEDICARE_PLANS : angle.plans),
  };
}

/** What the lead says it can pay stands; for others it is moved a little. */
function saidBudget({ random, member, lead: { monthlyBudgetUsd } }: Portrayal): number | undefined {
  if (monthlyBudgetUsd === undefined || member.part === "self") return monthlyBudgetUsd;
  return Math.round((monthlyBudgetUsd * (0.85 + random() * 0.3)) / 5) * 5;
}

function everyText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  return Array.isArray(value) ? value.map((one) => everyText(one, change)) : value;
}

function dollars(amount: number): string {
  return `$${amount.toLocaleString("en-US")}`;
}

/** Puts the persona's own words where a text has braces. */
function filled(persona: JsonObject, words: Record<string, string>): JsonObject {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
  return Object.fromEntries(Object.entries(persona).map(([name, value]) => [name, everyText(value, fill)]));
}

/** All the fields known for one persona, of which a schema may take what it has. */
export function writePersona(portrayal: Portrayal): JsonObject {
  const { random, lead, member, angle, conditions } = portrayal;
  const budget = budgetFor(random, { ...member, conditions }, angle, saidBudget(portrayal));
  const tone = lead.tone ? `; likes a ${lead.tone.toLowerCase()} tone` : "";
  const persona = {
    name: `${member.firstName} ${member.lastName}`,
    description: describePersona(portrayal),
    age: member.age,
    gender: GENDER[member.gender],
    location: `${member.city}, ${member.state.name}`,
    household: capitalized(member.household),
    occupation: capitalized(member.occupation),
    annualIncomeUsd: member.incomeUsd,
    healthContext: healthOf(portrayal),
    ...planOf(portrayal),
    ...listsOf(portrayal),
    budget,
    communicationStyle: pick(random, angle.manner) + tone,
    appearance: appearanceOf(random, member),
  };
  return filled(persona, {
    first: member.firstName,
    their: THEIR[member.gender],
    state: member.state.name,
    budget: dollars(budget.monthlyPremiumUsd),
    deductible: dollars(budget.annualDeductibleUsd),
    income: dollars(member.incomeUsd),
    care: conditions[0] ?? "a long-standing condition",
  });
}
