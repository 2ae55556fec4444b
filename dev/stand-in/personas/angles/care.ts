import type { Angle } from "./angle.ts";

/** Ways of looking at insurance that begin with doctors, medicines and places. */
export const CARE_ANGLES: readonly Angle[] = [
  {
    suits: () => true,
    stories: [
      "What matters most to {first} is keeping the same doctor, whatever the plan is called",
      "{first} once lost a good doctor to a network change and has checked every directory twice since",
    ],
    needs: [
      "The present family doctor in the network",
      "Specialists without a referral",
      "One hospital system for the whole household",
      "Out-of-network coverage as a safety net",
    ],
    priorities: [
      "Continuity of care",
      "A broad network in {state}",
      "Freedom to see a specialist directly",
      "An accurate provider directory",
    ],
    concerns: [
      "A directory that is out of date",
      "A doctor leaving the network in the middle of the year",
      "Referrals that take three weeks",
      "Being billed by someone out of network at a hospital that is in it",
    ],
    questions: [
      "How do I make sure that my doctor will still be in the network in June?",
      "What does an out-of-network visit cost on this plan?",
      "Do I need referrals, and who writes them?",
      "What protects me from surprise bills?",
    ],
    plans: ["Gold PPO", "Silver PPO", "POS plan with a wide network"],
    coverage: ["A PPO through an employer, ending with the job", "A PPO whose network shrank this year"],
    manner: ["Careful and loyal; brings a list of names", "Warm, thorough, and slow to trust a brochure"],
    premiumShare: 1.2,
    deductibleUsd: [800, 2_500],
  },
  {
    suits: ({ conditions }) => conditions.length > 0,
    stories: [
      "{first} has learned to run {care} like a small project, and wants a plan that makes it less work",
      "Because of {care}, {first} will meet the deductible anyway and looks at the whole year instead of the month",
    ],
    needs: [
      "A low out-of-pocket maximum",
      "Specialist visits at a flat copay",
      "Help from a nurse or a care coordinator",
      "Refills for 90 days by mail",
    ],
    priorities: [
      "The total cost of a year, and not the premium",
      "Medicines on the formulary",
      "Fewer prior authorizations",
      "Specialists who take new patients",
    ],
    concerns: [
      "A formulary that changes in January",
      "Starting again at zero with a new deductible",
      "Delays between an order and its approval",
      "Care that is covered on paper and booked out in practice",
    ],
    questions: [
      "Adding it all up, which plan is cheapest for a year like my last one?",
      "On which tiers are my prescriptions?",
      "Is there a program for people with my condition?",
      "Does what I paid this year count if I change plans now?",
    ],
    plans: ["Gold HMO", "Gold PPO with a low deductible"],
    coverage: [
      "A Silver plan whose maximum was reached by August",
      "An employer plan with a new, narrower formulary",
    ],
    manner: ["Well prepared; knows every code on the bill", "Calm and exact; wants things in writing"],
    premiumShare: 1.3,
    deductibleUsd: [0, 1_500],
  },
  {
    suits: ({ age }) => age >= 15,
    stories: [
      "A good therapist changed a hard year, and {first} wants a plan that treats the mind like the rest of the body",
      "{first} puts sleep, stress and a weekly hour of therapy before everything else in the brochure",
    ],
    needs: [
      "Therapy in person or by video at a flat copay",
      "A psychiatrist who is taking patients",
      "Prescriptions that can be refilled without a new visit",
      "Crisis support at any hour",
    ],
    priorities: [
      "Mental-health coverage in full",
      "Short waits for a first appointment",
      "Privacy, above all toward an employer",
      "Telehealth across {state}",
    ],
    concerns: [
      "A list of therapists of whom none answers",
      "A limit on visits",
      "Paying out of network for the one who fits",
      "Explaining it all again to somebody new",
    ],
    questions: [
      "How many therapists near me are really taking patients?",
      "Does the plan pay anything toward a therapist out of network?",
      "Are video visits priced like visits in person?",
      "Who can see what I use my coverage for?",
    ],
    plans: ["Silver PPO", "Silver HMO with strong telehealth"],
    coverage: [
      "An employer plan with six free counseling sessions",
      "A marketplace plan with a long waiting list",
    ],
    manner: ["Thoughtful; prefers writing to calling", "Gentle, private, and clear about what matters"],
    premiumShare: 1.05,
    deductibleUsd: [1_000, 3_200],
  },
  {
    suits: () => true,
    stories: [
      "{first} never buys anything without comparing it, and the price at the pharmacy counter is where plans differ most",
      "{first} brings a list of every prescription in the house and wants each of them priced",
    ],
    needs: [
      "Every present prescription on the formulary",
      "Refills for 90 days by mail",
      "A pharmacy within walking distance",
      "A yearly limit on what medicines can cost",
    ],
    priorities: [
      "Drug tiers that are easy to look up",
      "Generics at a flat price",
      "Few step-therapy rules",
      "A pharmacist who can be asked",
    ],
    concerns: [
      "A medicine moving to a higher tier in mid-year",
      "A preferred pharmacy on the other side of town",
      "Paying the full price until the deductible is met",
      "Coupons that do not count toward the deductible",
    ],
    questions: [
      "What would my prescriptions cost for the whole year on each plan?",
      "Does the drug deductible stand apart from the medical one?",
      "What can I do when a drug is taken off the list?",
      "Is mail order really cheaper?",
    ],
    plans: ["Silver HMO with a separate drug copay", "Gold EPO"],
    coverage: [
      "A plan whose drug list changed in January",
      "Coverage through a small employer, up for renewal",
    ],
    manner: ["Detail-minded; reads footnotes aloud", "Polite and persistent"],
    premiumShare: 1.0,
    deductibleUsd: [600, 2_800],
  },
  {
    suits: ({ age, incomeUsd }) => age >= 22 && incomeUsd > 40_000,
    stories: [
      "With work and family in more than one state, {first} wants a card that is good in all of them",
      "{first} spends a third of the year away from {state} and knows too well what “out of area” means",
    ],
    needs: [
      "A national network",
      "Urgent care and telehealth away from home",
      "Prescriptions filled in any state",
      "Emergency coverage abroad for short trips",
    ],
    priorities: [
      "Coverage that travels",
      "A PPO network",
      "A number to call at any hour",
      "Simple claims by phone",
    ],
    concerns: [
      "Routine care that is covered in one county only",
      "Paying in full at a clinic on the road",
      "Moving, and having to start over",
      "A network map with holes where the family lives",
    ],
    questions: [
      "What is covered when I am in another state for a month?",
      "Do I have to change plans if I move?",
      "Is there a national network in {state} at all?",
      "How do I claim a bill from abroad?",
    ],
    plans: ["National PPO", "Gold PPO with a travel benefit"],
    coverage: ["A regional HMO that stops at the state line", "An employer PPO from a job in another state"],
    manner: [
      "Always on the move; likes voice notes and short answers",
      "Relaxed, decisive, allergic to hold music",
    ],
    premiumShare: 1.15,
    deductibleUsd: [1_200, 3_600],
  },
];
