/**
 * One way of looking at health insurance. Each persona of a set has another, so that no two are alike. Of the
 * others' needs, concerns and questions it takes some too. In texts `{first}`, `{state}`, `{budget}` and
 * `{deductible}` stand for the persona's own.
 */
export interface Angle {
  /** Ends the sentence that introduces the persona. */
  readonly story: string;
  readonly plan: string;
  readonly coverage: string;
  readonly manner: string;
  readonly needs: readonly string[];
  readonly priority: string;
  readonly concern: string;
  readonly question: string;
}

export const ANGLES: readonly Angle[] = [
  {
    story:
      "{first} keeps a household budget in a spreadsheet and wants one number for health that never surprises",
    plan: "Silver HMO",
    coverage: "A marketplace Bronze plan chosen in a hurry last year",
    manner: "Direct and numbers-first; likes a side-by-side table",
    needs: ["A premium that stays near {budget} a month", "Urgent care at a flat copay"],
    priority: "A low monthly premium",
    concern: "A premium that jumps at renewal",
    question: "What would I pay in a bad year, everything included?",
  },
  {
    story: "{first} rarely needs a doctor and would rather put the difference into a health savings account",
    plan: "HSA-qualified high-deductible plan",
    coverage: "A plan through work that was hardly used",
    manner: "Analytical; arrives with three scenarios and likes sources",
    needs: ["A plan that qualifies for an HSA", "Protection against one very bad year"],
    priority: "Tax-free savings for later care",
    concern: "Paying {deductible} before the plan pays anything",
    question: "Which services are covered before the deductible?",
  },
  {
    story: "Income moves with the seasons, and {first} needs a plan that does not punish a good month",
    plan: "Silver EPO from the marketplace",
    coverage: "A short-term plan that ends in eight weeks",
    manner: "Practical, usually between two appointments; short messages",
    needs: ["An estimate of tax credits on uneven income", "Telehealth in the evening, after work"],
    priority: "Predictable costs on an unpredictable income",
    concern: "Paying back tax credits after a good year",
    question: "What do I report as income when every month is different?",
  },
  {
    story: "{first} finally found a doctor who listens, and any plan has to begin with that name",
    plan: "PPO with a broad network",
    coverage: "An employer plan that drops the family doctor next year",
    manner: "Warm and thorough; tells the whole story first",
    needs: ["The present doctors in the network", "Specialists without a referral"],
    priority: "Keeping the same doctors",
    concern: "A directory that is out of date",
    question: "How can I be sure that my doctors stay in the network all year?",
  },
  {
    story:
      "One prescription decides everything for {first}: at the wrong tier it costs more than the premium",
    plan: "Gold HMO with flat drug copays",
    coverage: "A plan that moved a needed medicine to a higher tier",
    manner: "Careful with details; has the list of medicines at hand",
    needs: ["The exact medicines on a low tier", "Mail-order refills for ninety days"],
    priority: "Steady prices at the pharmacy",
    concern: "A medicine that leaves the list in the middle of the year",
    question: "Which tier is my medicine on, and what is its price before the deductible?",
  },
  {
    story: "The last hospital bill came in four envelopes, and {first} never wants to open such mail again",
    plan: "Gold PPO with a low out-of-pocket maximum",
    coverage: "A plan with a deductible that was reached for the first time last year",
    manner: "A little wary; wants every promise in writing",
    needs: ["A hospital nearby in the network", "A clear price before any test or scan"],
    priority: "A firm limit on what a year can cost",
    concern: "Bills from people nobody chose",
    question: "Who else may bill me when I go to this hospital?",
  },
  {
    story: "A few good sessions a month keep {first} well, and a plan that counts them is no plan",
    plan: "Silver HMO with mental-health visits at a copay",
    coverage: "Paying a therapist privately beside a thin plan",
    manner: "Open and reflective; prefers writing to calls",
    needs: ["Therapy visits at a flat copay", "Video visits across {state}"],
    priority: "Continuity with one therapist",
    concern: "A limit on the number of visits",
    question: "Does this therapist count as in network when we meet by video?",
  },
  {
    story: "{first} looks after somebody besides work, and has no time for an insurer's telephone menu",
    plan: "HMO with everything under one roof",
    coverage: "An employer plan with a long waiting list",
    manner: "Brisk and friendly; asks for the short version",
    needs: ["Appointments outside working hours", "One place for visits, tests and pharmacy"],
    priority: "As little paperwork as possible",
    concern: "Hours on hold over a simple question",
    question: "Can everything be arranged in the app, referrals too?",
  },
  {
    story: "A new start in another part of {state} is likely, and {first} wants a plan that moves along",
    plan: "Statewide EPO",
    coverage: "A county plan that does not reach the new address",
    manner: "Forward-looking; thinks in dates and deadlines",
    needs: ["Coverage in more than one county", "Records that are easy to take along"],
    priority: "Freedom to move without a gap",
    concern: "Starting the deductible anew in the middle of the year",
    question: "What happens to my plan when my address changes?",
  },
  {
    story: "The words are half the work for {first}, who has never had to choose a plan alone before",
    plan: "Silver plan with standard benefits",
    coverage: "Covered through somebody else's plan until the end of the month",
    manner: "Curious, not afraid to ask twice; happiest with examples",
    needs: ["Preventive care at no cost", "A regular doctor for a yearly check-up"],
    priority: "Plain words",
    concern: "Choosing wrong and being bound for a year",
    question: "What is the difference between a copay and coinsurance?",
  },
];

/** From 65 on the choice is another one, whatever the angle. */
export const MEDICARE_PLANS = [
  "Medicare with a Medigap plan and Part D",
  "Medicare Advantage PPO",
  "Medicare Advantage HMO with drug coverage",
];
