import type { Angle } from "./angle.ts";
import { MEDICARE_AGE } from "./angle.ts";

/** Ways of looking at insurance that begin with where somebody is in life. */
export const LIFE_ANGLES: readonly Angle[] = [
  {
    suits: ({ home, age }) => (home.childAges.length > 0 || home.expecting) && age < MEDICARE_AGE,
    stories: [
      "{first} plans for ear infections, braces and broken wrists, in that order",
      "Between school forms and sports physicals, {first} wants one plan on which the whole family fits",
    ],
    needs: [
      "A pediatrician near home who takes the plan",
      "Well-child visits and vaccines at no cost",
      "Urgent care in the evening and on weekends",
      "Dental and vision for the children",
    ],
    priorities: [
      "One plan for the whole family",
      "A family deductible that can be reached",
      "A children's hospital in the network",
      "Same-day appointments",
    ],
    concerns: [
      "A deductible for each person and another for the family",
      "Weekend visits to the emergency room",
      "Braces",
      "Adding a child to the plan in time",
    ],
    questions: [
      "How does the family deductible work when one child needs most of the care?",
      "Would the children be better off on a program of {state}'s own?",
      "Is pediatric dental part of the plan or extra?",
      "What does a visit to urgent care cost on a Sunday?",
    ],
    plans: ["Silver PPO for families", "Gold HMO with a children's hospital"],
    coverage: [
      "A family plan through work that takes too much of the paycheck",
      "Split: parents at work, children on a state program",
    ],
    manner: [
      "Warm, interrupted often, and very organized",
      "Practical; decides with {their} family at the kitchen table",
    ],
    premiumShare: 1.1,
    deductibleUsd: [1_500, 4_000],
  },
  {
    suits: ({ age, occupation }) => age >= 24 && age < MEDICARE_AGE && !/retired|student/i.test(occupation),
    stories: [
      "Hours were cut and the plan at work went with them; {first} has sixty days to put another in its place",
      "With a change of employer ahead, {first} is weighing COBRA against the marketplace while the clock runs",
    ],
    needs: [
      "Coverage without a gap",
      "Credit for what was already paid this year, if there is any way",
      "The present doctors for the length of the change",
      "A plan that can be dropped when the next job begins",
    ],
    priorities: [
      "The deadline of the special enrollment period",
      "A start on the first of next month",
      "A premium that fits a smaller income",
      "Flexibility",
    ],
    concerns: [
      "Missing the sixty days",
      "COBRA at the full price",
      "A deductible that starts again in the middle of the year",
      "A waiting period at the next employer",
    ],
    questions: [
      "When does the sixty-day window begin for me?",
      "Is COBRA worth it for two months?",
      "Can I go from COBRA to the marketplace later?",
      "What income do I put down in a year like this one?",
    ],
    plans: ["Silver EPO from the marketplace", "COBRA for two months, then a Silver plan"],
    coverage: ["An employer plan that ends with this month", "COBRA, at a price that cannot last"],
    manner: ["Under some pressure; wants the next step first", "Matter-of-fact; keeps a folder of deadlines"],
    premiumShare: 0.9,
    deductibleUsd: [2_000, 5_000],
  },
  {
    suits: ({ age }) => age >= 54 && age < MEDICARE_AGE,
    stories: [
      "{first} counts the years to Medicare and needs a bridge that holds",
      "Retirement could come early, if only {first} knew what health insurance costs until 65",
    ],
    needs: [
      "Good coverage until Medicare begins",
      "Screenings that come with the age, at no cost",
      "Specialists within reach",
      "A plan that ends cleanly when Medicare starts",
    ],
    priorities: [
      "A dependable bridge to 65",
      "A known worst case for each year",
      "Keeping income within a tax credit",
      "Hospital quality",
    ],
    concerns: [
      "Premiums that rise with every birthday",
      "A gap between a partner's plan and Medicare",
      "Drawing on savings in the wrong year",
      "Late-enrollment penalties nobody mentions",
    ],
    questions: [
      "What would coverage cost me each year until 65?",
      "How does money from savings count as income here?",
      "When exactly do I sign up for Medicare, and what if I still work?",
      "What happens to the younger ones on my plan when I leave it?",
    ],
    plans: ["Gold HMO", "Silver plan with a low maximum"],
    coverage: [
      "An employer plan, with retirement two years away",
      "Coverage through a partner who retires next spring",
    ],
    manner: ["Measured; thinks in years and asks for projections", "Courteous, prepared, not to be hurried"],
    premiumShare: 1.1,
    deductibleUsd: [1_000, 3_500],
  },
  {
    suits: ({ age }) => age >= 62,
    stories: [
      "Medicare mail fills a drawer, and {first} would like one person to explain it without selling it",
      "{first} is choosing between Medigap and Medicare Advantage and wants to hear the case for both",
    ],
    needs: [
      "Parts A and B explained, with what they leave out",
      "Drug coverage for each present prescription",
      "Doctors who accept the choice",
      "Dental, vision and hearing",
    ],
    priorities: [
      "Keeping all present doctors",
      "A steady premium on a fixed income",
      "No surprises in a hospital",
      "A choice that can be changed later",
    ],
    concerns: [
      "Penalties for signing up late",
      "Not being able to buy Medigap later without health questions",
      "Networks and prior authorization in an Advantage plan",
      "A drug plan that was right last year and wrong this year",
    ],
    questions: [
      "What is the real difference between Medigap and Medicare Advantage?",
      "Which Part D plan is cheapest for my prescriptions?",
      "Can I change my mind next year?",
      "Does my income raise the Part B premium?",
    ],
    plans: ["Medicare with a Medigap plan and Part D", "Medicare Advantage PPO"],
    coverage: ["Original Medicare without a supplement", "Employer coverage that ends with retirement"],
    manner: [
      "Patient and exact; prefers the phone and large print",
      "Sociable; wants the story behind the rule",
    ],
    premiumShare: 1,
    deductibleUsd: [0, 600],
  },
  {
    suits: ({ age }) => age >= 32,
    stories: [
      "{first} fills in forms for an aging parent as well and has little patience left for {their} own",
      "Looking after a parent two streets away, {first} needs care that bends around everybody else's",
    ],
    needs: [
      "Appointments early, late or by video",
      "One place for records and bills",
      "Support for caregivers, respite included",
      "Preventive care that is not put off again",
    ],
    priorities: ["Time", "A nurse line that answers", "Care close to home", "Simple rules"],
    concerns: [
      "Getting sick with nobody to take over",
      "Two sets of bills on one table",
      "Skipping a screening for the third year",
      "Rules that differ for each person in the house",
    ],
    questions: [
      "Can a parent be covered on my plan?",
      "Which plans have a nurse line worth calling?",
      "What help is there for caregivers in {state}?",
      "Is there one bill for everything?",
    ],
    plans: ["Silver HMO with telehealth", "Gold HMO in one health system"],
    coverage: [
      "An employer plan chosen five years ago and never looked at since",
      "A plan through a partner's work",
    ],
    manner: [
      "Kind, tired, efficient; loves a short list",
      "Speaks for two households; wants things once and clearly",
    ],
    premiumShare: 1.05,
    deductibleUsd: [1_000, 3_400],
  },
  {
    suits: () => true,
    stories: [
      "{first} has put off the decision for three weeks, because every page explains it with more pages",
      "{first} wants someone to say, in plain words, which two plans are worth looking at and why",
    ],
    needs: [
      "A short list of two or three plans",
      "Plain explanations, with amounts in dollars",
      "A doctor's visit without a puzzle",
      "A person to call",
    ],
    priorities: [
      "Clarity",
      "Standard plans that are easy to compare",
      "Good service on the phone",
      "No jargon",
    ],
    concerns: [
      "Making a mistake that lasts a year",
      "Small print",
      "Being sold more than is needed",
      "Enrolling on the last day",
    ],
    questions: [
      "If you were in my place, which two would you compare?",
      "What is the one thing people most regret afterwards?",
      "Can I change plans if I choose badly?",
      "What do I need at hand to enroll?",
    ],
    plans: ["Standard Silver plan", "Silver HMO"],
    coverage: [
      "A plan that renews by itself, never read",
      "Coverage through work, with three options and no advice",
    ],
    manner: [
      "Honest about being overwhelmed; relaxes with examples",
      "Good-humored; asks to have it said again, simply",
    ],
    premiumShare: 0.95,
    deductibleUsd: [1_800, 4_200],
  },
];
