import type { Random } from "../random.ts";
import { between, pick, sample } from "../random.ts";
import type { Home } from "./home.ts";
import { homeFor, homeInWords } from "./home.ts";
import type { Gender, Lead } from "./lead/lead.ts";
import { genderOf } from "./vocabulary/given-names.ts";
import type { NamePool } from "./vocabulary/names.ts";
import { NAME_POOLS, poolOf } from "./vocabulary/names.ts";
import { occupationFor, payOf } from "./vocabulary/occupations.ts";
import type { State } from "./vocabulary/states.ts";
import { STATES } from "./vocabulary/states.ts";

/** How a persona stands to the lead: the lead itself, who shares the house, or somebody in the same position. */
export type Part = "self" | "partner" | "peer";

/** The plain facts of one persona, before it has an angle. */
export interface Member {
  readonly part: Part;
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: Gender;
  readonly age: number;
  readonly state: State;
  readonly city: string;
  readonly home: Home;
  readonly household: string;
  readonly occupation: string;
  readonly incomeUsd: number;
}

const ADULT = 18;

function firstNameFor(random: Random, pool: NamePool, gender: Gender): string {
  return pick(
    random,
    gender === "woman" ? pool.women : gender === "man" ? pool.men : [...pool.women, ...pool.men],
  );
}

function anyGender(random: Random): Gender {
  return random() < 0.04 ? "non-binary person" : pick(random, ["woman", "man"] as const);
}

/** Keeps near what is known; the unknown is anybody's. */
function incomeNear(random: Random, known: number | undefined, usual: number): number {
  if (known === undefined) return usual;
  return Math.round((known * (0.86 + random() * 0.28)) / 500) * 500;
}

function self(random: Random, lead: Lead): Member {
  const pool = poolOf(lead.lastName) ?? pick(random, NAME_POOLS);
  const gender = lead.gender ?? genderOf(lead.firstName) ?? anyGender(random);
  const age = lead.age ?? between(random, 26, 62);
  const state = lead.state ?? pick(random, STATES);
  const home = homeFor(random, lead.household, age);
  const job = occupationFor(random, age, lead.incomeUsd);
  return {
    part: "self",
    firstName: lead.firstName ?? firstNameFor(random, pool, gender),
    lastName: lead.lastName ?? pick(random, pool.family),
    gender,
    age,
    state,
    city: lead.city ?? pick(random, state.cities),
    home,
    household: lead.household.told ?? homeInWords(random, home),
    occupation: lead.occupation ?? job.title,
    incomeUsd: lead.incomeUsd ?? payOf(random, job),
  };
}

function partner(random: Random, lead: Lead, of: Member): Member {
  const pool = poolOf(of.lastName) ?? pick(random, NAME_POOLS);
  const gender = pick(
    random,
    of.gender === "woman" ? (["man", "man", "woman"] as const) : (["woman"] as const),
  );
  const age = Math.max(ADULT, of.age + between(random, -5, 4));
  const firstName = lead.household.partnerName ?? firstNameFor(random, pool, gender);
  return {
    ...of,
    part: "partner",
    firstName,
    gender: genderOf(firstName) ?? gender,
    age,
    household: `Married to ${of.firstName}; ${homeInWords(random, of.home).replace(/^[^,]+, /, "")}`,
    occupation: occupationFor(random, age, undefined).title,
  };
}

/** Nobody changes between child and adult on the way. */
function aroundAge(random: Random, age: number): number {
  return Math.max(age < ADULT ? 0 : ADULT, age + between(random, -4, 4));
}

function peer(random: Random, lead: Lead, pool: NamePool): Member {
  const gender = anyGender(random);
  const age = lead.age === undefined ? between(random, 24, 66) : aroundAge(random, lead.age);
  const state = lead.state ?? pick(random, STATES);
  const home = homeFor(random, { ...lead.household, childAges: [] }, age);
  const job = occupationFor(random, age, lead.incomeUsd);
  const alike = lead.occupation !== undefined && random() < 0.4;
  return {
    part: "peer",
    firstName: firstNameFor(random, pool, gender),
    lastName: pick(random, pool.family),
    gender,
    age,
    state,
    city: pick(random, state.cities),
    home,
    household: homeInWords(random, home),
    occupation: alike && lead.occupation ? lead.occupation : job.title,
    incomeUsd: incomeNear(random, lead.incomeUsd, payOf(random, job)),
  };
}

/** The lead first, then a partner where there is one, then people who could be in the lead's place. */
export function castFor(random: Random, lead: Lead, count: number): Member[] {
  const leader = self(random, lead);
  const members = [leader];
  const adultPair = leader.home.partner && leader.age >= ADULT;
  if (count > 2 && adultPair && (lead.household.partner ?? false))
    members.push(partner(random, lead, leader));
  // Each from another pool, as long as there are pools: no two people of a set sound alike.
  const pools = sample(random, NAME_POOLS);
  while (members.length < count)
    members.push(peer(random, lead, pools[members.length % pools.length] ?? pick(random, NAME_POOLS)));
  return members.slice(0, count);
}
