import type { Home } from "../home.ts";

/** Who a persona is, before an angle is chosen for it. */
export interface Circumstances {
  readonly age: number;
  readonly home: Home;
  readonly conditions: readonly string[];
  readonly incomeUsd: number;
  readonly occupation: string;
}

/**
 * One way of looking at health insurance. Each persona of a set has another, so that no two are alike.
 * In texts `{first}`, `{their}`, `{state}`, `{budget}`, `{deductible}` and `{care}` stand for the persona's own.
 */
export interface Angle {
  readonly suits: (who: Circumstances) => boolean;
  /** End the sentence that introduces the persona. */
  readonly stories: readonly string[];
  readonly needs: readonly string[];
  readonly priorities: readonly string[];
  readonly concerns: readonly string[];
  readonly questions: readonly string[];
  readonly plans: readonly string[];
  readonly coverage: readonly string[];
  readonly manner: readonly string[];
  /** Against what such a person usually pays. */
  readonly premiumShare: number;
  readonly deductibleUsd: readonly [least: number, most: number];
}

export const MEDICARE_AGE = 65;

export const beforeMedicare = ({ age }: Circumstances) => age < MEDICARE_AGE;

/** From 65 on the choice is another one, whatever the angle. */
export const MEDICARE_PLANS = [
  "Medicare with a Medigap plan and Part D",
  "Medicare Advantage PPO",
  "Medicare Advantage HMO with drug coverage",
] as const;

export const MEDICARE_COVERAGE = [
  "Original Medicare without a supplement",
  "Original Medicare with a Part D plan that no longer fits",
  "A Medicare Advantage plan chosen three years ago",
  "Medicare Parts A and B, and a retiree plan that is ending",
] as const;
