import type { Angle } from "./angle.ts";
import { beforeMedicare, MEDICARE_AGE } from "./angle.ts";

const OWN_BOSS =
  /self-employed|freelanc|independent|owner|contractor|rideshare|photographer|agent|consultant|stylist|instructor|artist|barber|writer/i;

/** Ways of looking at insurance that begin with the money. */
export const MONEY_ANGLES: readonly Angle[] = [
  {
    suits: beforeMedicare,
    stories: [
      "{first} keeps a household budget in a spreadsheet and wants one number for health that never surprises",
      "After a year in which rent, car and groceries all went up, {first} wants a premium near {budget} and nothing hidden behind it",
    ],
    needs: [
      "Preventive care at no cost",
      "A premium that stays near {budget} a month",
      "Urgent care at a flat copay",
      "Generic prescriptions for a few dollars",
    ],
    priorities: [
      "A low monthly premium",
      "Few surprises on the bill",
      "Help from premium tax credits",
      "An urgent-care clinic nearby",
    ],
    concerns: [
      "Choosing the cheapest plan and paying for it later",
      "A premium that jumps at renewal",
      "A deductible too high to ever reach",
      "Fees for things thought to be free",
    ],
    questions: [
      "What would I pay in a bad year, everything included?",
      "Do I qualify for a tax credit in {state}, and what if my income changes?",
      "Which visits are covered before the deductible?",
      "Why is one Silver plan so much cheaper than the next?",
    ],
    plans: ["Silver HMO", "Bronze HMO with copays before the deductible"],
    coverage: [
      "A marketplace Bronze plan chosen in a hurry last year",
      "Uninsured since the spring, after a premium increase",
    ],
    manner: [
      "Direct and numbers-first; likes a side-by-side table",
      "Friendly, brisk, and quick to ask for the total",
    ],
    premiumShare: 0.85,
    deductibleUsd: [2_500, 5_500],
  },
  {
    suits: ({ age, incomeUsd, conditions }) =>
      age < MEDICARE_AGE && incomeUsd > 62_000 && conditions.length < 2,
    stories: [
      "{first} rarely needs a doctor and would rather put the difference into a health savings account",
      "{first} read about health savings accounts over a weekend and now wants to know if the numbers hold up",
    ],
    needs: [
      "A plan that qualifies for an HSA",
      "Free preventive care from the first day",
      "Protection against one very bad year",
      "A clear price before any test or scan",
    ],
    priorities: [
      "Tax-free savings for later care",
      "A low premium for a healthy household",
      "A firm out-of-pocket maximum",
      "Freedom to compare prices",
    ],
    concerns: [
      "Paying {deductible} before the plan pays anything",
      "Losing the right to contribute by some small mistake",
      "A year when several things go wrong at once",
      "Putting off care because it costs real money",
    ],
    questions: [
      "How much may a household like mine put into an HSA this year?",
      "What happens to the account if I change jobs or plans?",
      "Which services are covered before the deductible of an HSA plan?",
      "How do I compare this with a Silver plan over three years?",
    ],
    plans: ["HSA-qualified high-deductible plan", "Bronze HSA PPO"],
    coverage: [
      "A gold plan through work that was hardly used",
      "A traditional PPO with a premium that keeps growing",
    ],
    manner: [
      "Analytical; arrives with a spreadsheet of three scenarios",
      "Curious and precise; likes sources",
    ],
    premiumShare: 0.75,
    deductibleUsd: [3_400, 7_000],
  },
  {
    suits: ({ age, occupation }) => age < MEDICARE_AGE && OWN_BOSS.test(occupation),
    stories: [
      "Income moves with the seasons, and {first} needs a plan that does not punish a good month",
      "Working independently, {first} pays every premium alone and wants to know what can be deducted",
    ],
    needs: [
      "An estimate of tax credits on uneven income",
      "Coverage that does not depend on one employer",
      "Telehealth in the evening, after work",
      "A network that covers the places where the work is",
    ],
    priorities: [
      "Predictable costs on an unpredictable income",
      "Tax credits that do not have to be paid back",
      "Deductible premiums for the self-employed",
      "Quick access without time off",
    ],
    concerns: [
      "Paying back tax credits after a good year",
      "A slow winter with a high premium",
      "Being sick for two weeks with no income",
      "Forms that assume a single employer",
    ],
    questions: [
      "What do I report as income when every month is different?",
      "What happens if I earn more than I estimated?",
      "Can I deduct my premiums as a self-employed person?",
      "Is there a plan that works in two counties?",
    ],
    plans: ["Silver EPO from the marketplace", "Silver HMO with telehealth"],
    coverage: [
      "A marketplace plan renewed automatically twice",
      "A short-term plan that ends in eight weeks",
    ],
    manner: [
      "Practical, usually between two appointments; short messages",
      "Candid about money and quick to decide",
    ],
    premiumShare: 0.95,
    deductibleUsd: [2_000, 4_800],
  },
  {
    suits: ({ age, home }) => age < 26 && home.childAges.length === 0,
    stories: [
      "This is the first plan {first} has to choose alone, and the vocabulary is half the work",
      "{first} feels fine, has no regular doctor, and wants to be covered for the one thing nobody plans",
    ],
    needs: [
      "A regular doctor for a yearly check-up",
      "Protection against a large hospital bill",
      "Mental-health visits by video",
      "Contraception and vaccines at no cost",
    ],
    priorities: [
      "The lowest premium that still protects",
      "An app that does most things",
      "No paperwork in the mail",
      "Plain words",
    ],
    concerns: [
      "Paying every month for something never used",
      "Not knowing what a deductible really does",
      "An ambulance bill",
      "Aging out of a parent's plan without noticing the date",
    ],
    questions: [
      "What is the difference between a copay and coinsurance?",
      "Can I stay on a parent's plan, and until when?",
      "Is a catastrophic plan enough for someone like me?",
      "What would a broken leg cost me on this plan?",
    ],
    plans: ["Bronze EPO", "Catastrophic plan with three primary-care visits"],
    coverage: ["A parent's employer plan, until the 26th birthday", "No coverage since finishing school"],
    manner: [
      "Casual, on the phone, happiest with examples",
      "Open about not knowing the terms; asks good questions",
    ],
    premiumShare: 0.7,
    deductibleUsd: [4_500, 8_500],
  },
];
