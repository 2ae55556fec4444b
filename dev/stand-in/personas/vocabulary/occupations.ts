import type { Random } from "../../random.ts";
import { between, pick } from "../../random.ts";

export interface Occupation {
  readonly title: string;
  readonly incomeUsd: readonly [least: number, most: number];
}

// Title and usual yearly pay in thousands of dollars.
const TABLE = `
elementary school teacher|44-68;freelance graphic designer|36-82;licensed electrician|52-88
restaurant shift manager|38-54;warehouse team lead|39-56;physical therapy assistant|46-66
independent bookkeeper|38-70;self-employed hair stylist|28-56;long-haul truck driver|52-84
software developer|88-150;home health aide|29-38;bakery owner|34-90
real-estate agent|40-110;dental hygienist|66-94;church music director|32-52
landscaping contractor|42-95;paralegal|48-74;library assistant|30-44
barista and part-time student|21-32;rideshare driver|26-48;UX researcher|78-125
veterinary technician|34-48;civil engineer|74-118;hotel front-desk supervisor|33-46
auto mechanic|42-68;wedding photographer|35-85;preschool aide|26-36
insurance claims clerk|40-56;farm manager|46-82;registered nurse|68-104
HVAC technician|48-76;nonprofit program coordinator|42-60;food-truck owner|32-78
data analyst|62-98;carpenter|44-76;yoga instructor|24-52
accountant|58-96;grocery department manager|38-54;translator working from home|34-68
machinist|44-66;social worker|46-68;plumber|52-92
marketing consultant|56-120;school bus driver|32-46;massage therapist|34-60
museum educator|38-54;construction estimator|60-92;online shop owner|28-84
`;

const RETIRED = [
  "retired schoolteacher",
  "retired postal carrier",
  "retired machinist",
  "semi-retired bookkeeper",
  "retired nurse",
  "retired small-business owner",
  "retired bus driver",
  "retired librarian, now a part-time tutor",
] as const;

const STUDENT: Occupation = { title: "student", incomeUsd: [12_000, 24_000] };

const WORKING: readonly Occupation[] = TABLE.trim()
  .split(/[;\n]/)
  .map((entry) => {
    const [title = "", pay = ""] = entry.split("|");
    const [least = 0, most = 0] = pay.split("-").map((thousands) => Number(thousands) * 1_000);
    return { title, incomeUsd: [least, most] };
  });

const RETIREMENT_AGE = 66;
const WORKING_AGE = 19;
const CAREER_AGE = 24;
const MOST_FIRST_PAY_USD = 34_000;

/** Fits the age and, where one is known, lies near the income. */
export function occupationFor(random: Random, age: number, incomeUsd: number | undefined): Occupation {
  if (age < WORKING_AGE) return STUDENT;
  if (age >= RETIREMENT_AGE) return { title: pick(random, RETIRED), incomeUsd: [24_000, 58_000] };
  const near = WORKING.filter(({ incomeUsd: [least, most] }) => {
    if (age < CAREER_AGE && incomeUsd === undefined) return least <= MOST_FIRST_PAY_USD;
    return incomeUsd === undefined || (incomeUsd >= least * 0.8 && incomeUsd <= most * 1.25);
  });
  return pick(random, near.length > 0 ? near : WORKING);
}

/** In round hundreds, as people say it. */
export function payOf(random: Random, { incomeUsd: [least, most] }: Occupation): number {
  return between(random, Math.round(least / 100), Math.round(most / 100)) * 100;
}
