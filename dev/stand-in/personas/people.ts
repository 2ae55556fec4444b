import type { SeededFaker } from "../seeded-faker.ts";
import type { Home } from "./household.ts";
import { homeFor, homeInWords } from "./household.ts";
import type { Lead } from "./lead.ts";
import { genderOf } from "./names.ts";

/** The plain facts of one persona, before it has an angle. */
export interface Person {
  /** The lead itself, or somebody who could be in its place. */
  readonly isLead: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: "Woman" | "Man" | "Non-binary";
  readonly age: number;
  readonly location: string;
  readonly home: Home;
  readonly household: string;
  readonly occupation: string;
  readonly incomeUsd: number;
}

const ADULT = 18;
const RETIREMENT_AGE = 66;

/** With what each usually earns in a year, in thousands of dollars. */
const OCCUPATIONS: readonly (readonly [title: string, least: number, most: number])[] = [
  ["home health aide", 28, 38],
  ["rideshare driver", 26, 48],
  ["preschool aide", 26, 36],
  ["library assistant", 30, 44],
  ["hair stylist", 28, 56],
  ["veterinary technician", 34, 48],
  ["restaurant shift manager", 38, 54],
  ["warehouse team lead", 39, 56],
  ["school bus driver", 32, 46],
  ["elementary school teacher", 44, 68],
  ["auto mechanic", 42, 68],
  ["freelance graphic designer", 36, 82],
  ["licensed electrician", 52, 88],
  ["long-haul truck driver", 52, 84],
  ["social worker", 46, 68],
  ["data analyst", 62, 98],
  ["registered nurse", 68, 104],
  ["dental hygienist", 66, 94],
  ["civil engineer", 74, 118],
  ["software developer", 88, 150],
  ["real-estate agent", 40, 300],
];

/** Fits the age and, where one is known, lies near the income. */
function occupationFor(faker: SeededFaker, age: number, incomeUsd: number | undefined) {
  const near = OCCUPATIONS.filter(([, least, most]) => {
    return incomeUsd === undefined || (incomeUsd >= least * 800 && incomeUsd <= most * 1_250);
  });
  const [title, least, most] = faker.helpers.arrayElement(near.length > 0 ? near : OCCUPATIONS);
  const payUsd = faker.number.int({ min: least, max: most }) * 1_000;
  if (age < ADULT + 1) return { title: "student", payUsd: 18_000 };
  return { title: age >= RETIREMENT_AGE ? `retired ${title}` : title, payUsd };
}

function nameFor(faker: SeededFaker, gender: Person["gender"]): string {
  const sex = gender === "Woman" ? "female" : gender === "Man" ? "male" : undefined;
  return faker.person.firstName(sex);
}

function anyGender(faker: SeededFaker): Person["gender"] {
  return faker.helpers.weightedArrayElement([
    { value: "Woman", weight: 12 },
    { value: "Man", weight: 12 },
    { value: "Non-binary", weight: 1 },
  ]);
}

function leadItself(faker: SeededFaker, lead: Lead): Person {
  const gender = lead.gender ?? genderOf(lead.firstName) ?? anyGender(faker);
  const age = lead.age ?? faker.number.int({ min: 26, max: 62 });
  const home = homeFor(faker, lead.household, age);
  const job = occupationFor(faker, age, lead.incomeUsd);
  return {
    isLead: true,
    firstName: lead.firstName ?? nameFor(faker, gender),
    lastName: lead.lastName ?? faker.person.lastName(),
    gender,
    age,
    location: `${lead.city ?? faker.location.city()}, ${lead.state ?? faker.location.state()}`,
    home,
    household: lead.household.told ?? homeInWords(home),
    occupation: lead.occupation ?? job.title,
    incomeUsd: lead.incomeUsd ?? job.payUsd,
  };
}

/** Somebody in the lead's place: near in age and income, in the same state, with a household of the same kind. */
function peerOf(faker: SeededFaker, lead: Lead, self: Person): Person {
  const gender = anyGender(faker);
  const age = Math.max(Math.min(ADULT, self.age), self.age + faker.number.int({ min: -4, max: 4 }));
  const home = homeFor(faker, { ...lead.household, childAges: [] }, age);
  const job = occupationFor(faker, age, lead.incomeUsd);
  const nearUsd = self.incomeUsd * faker.number.float({ min: 0.86, max: 1.14 });
  return {
    isLead: false,
    firstName: nameFor(faker, gender),
    lastName: faker.person.lastName(),
    gender,
    age,
    location: `${faker.location.city()}, ${lead.state ?? faker.location.state()}`,
    home,
    household: homeInWords(home),
    occupation: job.title,
    incomeUsd: lead.incomeUsd === undefined ? job.payUsd : Math.round(nearUsd / 100) * 100,
  };
}

/** The lead first, then people who could be in the lead's place, no two of one name. */
export function peopleFor(faker: SeededFaker, lead: Lead, count: number): Person[] {
  const self = leadItself(faker, lead);
  const people = new Map([[self.firstName, self]]);
  while (people.size < count) {
    const peer = peerOf(faker, lead, self);
    people.set(peer.firstName, people.get(peer.firstName) ?? peer);
  }
  return [...people.values()].slice(0, count);
}
