import type { Random } from "../random.ts";
import { between } from "../random.ts";
import type { Angle, Circumstances } from "./angles/angle.ts";
import { MEDICARE_AGE } from "./angles/angle.ts";
import { peopleIn } from "./home.ts";

/** Monthly premium of a middling plan at 21; others by the federal age curve, in its rough shape. */
const PREMIUM_AT_21_USD = 340;
const AGE_CURVE: readonly (readonly [age: number, factor: number])[] = [
  [21, 1],
  [30, 1.135],
  [40, 1.278],
  [50, 1.786],
  [60, 2.714],
  [64, 3],
];
const CHILD_FACTOR = 0.765;
/** Beyond three, children ride free. */
const MAX_CHILDREN_CHARGED = 3;
const POVERTY_LINE_USD = 10_150;
const POVERTY_LINE_EACH_USD = 5_500;
const MEDICARE_PREMIUM_USD = [185, 330] as const;

export interface Budget {
  readonly monthlyPremiumUsd: number;
  readonly annualDeductibleUsd: number;
}

function ageFactor(age: number): number {
  const above = AGE_CURVE.findIndex(([limit]) => age <= limit);
  if (above === 0) return 1;
  const [fromAge, from] = AGE_CURVE.at(above - 1) ?? [64, 3];
  const [toAge, to] = AGE_CURVE.at(above) ?? [64, 3];
  return from + ((to - from) * (age - fromAge)) / Math.max(1, toAge - fromAge);
}

function fullPremium({ age, home }: Circumstances): number {
  const children = Math.min(home.childAges.length, MAX_CHILDREN_CHARGED) * CHILD_FACTOR;
  const adults = ageFactor(age) * (home.partner ? 1.95 : 1);
  return PREMIUM_AT_21_USD * (adults + children);
}

/** The share of income that people can, or by tax credits need not, give for premiums. */
function affordableShare({ incomeUsd, home }: Circumstances): number {
  const povertyLines = incomeUsd / (POVERTY_LINE_USD + POVERTY_LINE_EACH_USD * peopleIn(home));
  if (povertyLines < 1.5) return 0.02;
  return Math.min(0.085, 0.02 + (povertyLines - 1.5) * 0.024);
}

function rounded(amount: number, step: number): number {
  return Math.round(amount / step) * step;
}

function premiumFor(random: Random, who: Circumstances, angle: Angle): number {
  if (who.age >= MEDICARE_AGE) return between(random, ...MEDICARE_PREMIUM_USD);
  const affordable = (affordableShare(who) * who.incomeUsd) / 12;
  return Math.min(fullPremium(who), affordable) * angle.premiumShare * (0.94 + random() * 0.12);
}

/** What the lead itself says it can pay stands, for others it is moved a little. */
export function budgetFor(
  random: Random,
  who: Circumstances,
  angle: Angle,
  saidUsd: number | undefined,
): Budget {
  const premium = saidUsd ?? premiumFor(random, who, angle);
  const [least, most] = who.age >= MEDICARE_AGE ? [0, 600] : angle.deductibleUsd;
  return {
    monthlyPremiumUsd: Math.max(saidUsd === undefined ? 15 : 0, saidUsd ?? rounded(premium, 5)),
    annualDeductibleUsd: rounded(between(random, least, most), 50),
  };
}
