import type { SeededFaker } from "../seeded-faker.ts";
import { similarHousehold } from "./household.ts";
import type { Gender, Lead } from "./lead.ts";

/** The plain facts of one persona: the lead itself, or somebody who could be in its place. */
export type Person = ReturnType<typeof peerOf>;

const ADULT = 18;
const RETIREMENT_AGE = 66;

/** By what they usually earn at most. */
const OCCUPATIONS: readonly (readonly [mostUsd: number, titles: readonly string[]])[] = [
  [36_000, ["home health aide", "rideshare driver", "preschool aide", "hair stylist"]],
  [56_000, ["shift manager", "warehouse team lead", "school bus driver", "veterinary technician"]],
  [80_000, ["elementary school teacher", "electrician", "graphic designer", "social worker"]],
  [115_000, ["registered nurse", "dental hygienist", "civil engineer", "data analyst"]],
  [Infinity, ["software architect", "practice owner", "real-estate developer", "sales director"]],
];

function occupationFor({ helpers }: SeededFaker, age: number, incomeUsd: number): string {
  const [, titles = []] = OCCUPATIONS.find(([mostUsd]) => incomeUsd <= mostUsd) ?? [];
  if (age <= ADULT) return "student";
  return `${age >= RETIREMENT_AGE ? "retired " : ""}${helpers.arrayElement(titles)}`;
}

/** Somebody in the lead's place: near in age and income, in the same state, with a household of the same kind. */
function peerOf(faker: SeededFaker, lead: Lead, known?: Gender) {
  const { person, number, location } = faker;
  const gender = known ?? faker.helpers.arrayElement(["Woman", "Man"] as const);
  const leadAge = lead.age ?? number.int({ min: 28, max: 60 });
  const age = Math.max(Math.min(ADULT, leadAge), leadAge + number.int({ min: -4, max: 4 }));
  const usualUsd = lead.incomeUsd ?? number.int({ min: 28_000, max: 110_000 });
  const incomeUsd = Math.round((usualUsd * number.float({ min: 0.86, max: 1.14 })) / 100) * 100;
  return {
    isLead: false as boolean,
    firstName: person.firstName(gender === "Woman" ? "female" : gender === "Man" ? "male" : undefined),
    lastName: person.lastName(),
    gender,
    age,
    location: `${location.city()}, ${lead.state ?? location.state()}`,
    household: similarHousehold(faker, lead.household, age),
    occupation: occupationFor(faker, age, incomeUsd),
    incomeUsd,
  };
}

/** What the lead says of itself stands; the rest is as with somebody in its place. */
function leadItself(faker: SeededFaker, lead: Lead): Person {
  const peer = peerOf(faker, lead, lead.gender);
  return {
    isLead: true,
    firstName: lead.firstName ?? peer.firstName,
    lastName: lead.lastName ?? peer.lastName,
    gender: peer.gender,
    age: lead.age ?? peer.age,
    location: lead.city ? peer.location.replace(/.*(?=, )/, lead.city) : peer.location,
    household: lead.household.inItsOwnWords ?? peer.household,
    occupation: lead.occupation ?? peer.occupation,
    incomeUsd: lead.incomeUsd ?? peer.incomeUsd,
  };
}

/** The lead first, then people who could be in the lead's place, no two of one name. */
export function peopleFor(faker: SeededFaker, lead: Lead, count: number): Person[] {
  const people = [leadItself(faker, lead)];
  while (people.length < count) {
    const peer = peerOf(faker, lead);
    if (!people.some(({ firstName }) => firstName === peer.firstName)) people.push(peer);
  }
  return people;
}
