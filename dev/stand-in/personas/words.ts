// What personas want, in `{first}`'s own words: `{state}`, `{budget}` and `{deductible}` are the persona's too.

/** Each persona of a set has another. */
export const STORIES = [
  "{first} keeps a budget in a spreadsheet and wants one number for health that never surprises",
  "{first} rarely needs a doctor and would rather put the difference into a health savings account",
  "Income moves with the seasons, and {first} needs a plan that does not punish a good month",
  "{first} finally found a doctor who listens, and any plan has to begin with that name",
  "One prescription decides everything: at the wrong tier it costs {first} more than the premium",
  "{first} looks after somebody besides work, and has no time for an insurer's telephone menu",
  "The words are half the work for {first}, who has never had to choose a plan alone before",
];
export const PLANS = [
  "Silver HMO with copays from the first visit",
  "HSA-qualified high-deductible plan",
  "PPO with a broad network",
  "Silver EPO from the marketplace",
];
/** From 65 on the choice is another one. */
export const MEDICARE_PLANS = ["Medicare with a Medigap plan and Part D", "Medicare Advantage PPO"];
export const COVERAGE = [
  "A marketplace Bronze plan chosen in a hurry last year",
  "An employer plan that drops the family doctor next year",
  "A plan whose deductible was reached for the first time last year",
];
export const NEEDS = [
  "A premium that stays near {budget} a month",
  "Preventive care at no cost",
  "The present doctors in the network",
  "Regular medicines on a low tier",
  "Therapy and video visits across {state}",
  "A clear price before any test or scan",
  "Protection against one very bad year",
];
export const PRIORITIES = [
  "A low monthly premium",
  "Keeping the same doctors",
  "Steady prices at the pharmacy",
  "A firm limit on what a year can cost",
];
export const CONCERNS = [
  "A premium that jumps at renewal",
  "Paying {deductible} before the plan pays anything",
  "Paying back tax credits after a good year",
  "A medicine that leaves the list in the middle of the year",
];
export const QUESTIONS = [
  "What would I pay in a bad year, everything included?",
  "Which services are covered before the deductible?",
  "How can I be sure that my doctors stay in the network all year?",
  "Which tier are my medicines on, and what do they cost at first?",
  "Do I qualify for a tax credit in {state}, and what if my income changes?",
  "What is the difference between a copay and coinsurance?",
];
export const MANNERS = [
  "Direct and numbers-first; likes a side-by-side table",
  "Warm and thorough; tells the whole story first",
  "Practical, usually between two appointments; short messages",
  "Curious, not afraid to ask twice; happiest with examples",
];
