/** What a condition means for choosing a plan: never a diagnosis, never advice on treatment. */
export interface ConditionNotes {
  readonly pattern: RegExp;
  /** Follows a name: "Manages type 2 diabetes with …". */
  readonly contexts: readonly string[];
  readonly need: string;
  readonly concern: string;
  readonly question: string;
}

export const CONDITIONS: readonly ConditionNotes[] = [
  {
    pattern: /diabet|insulin|a1c/i,
    contexts: ["with regular A1C checks and a steady routine", "and sees an endocrinologist twice a year"],
    need: "Insulin, test strips and a glucose monitor on a low drug tier",
    concern: "Supplies that cost more than the medicine itself",
    question: "How does the plan cover glucose monitors and test supplies?",
  },
  {
    pattern: /asthma|copd|inhaler/i,
    contexts: ["with a daily inhaler and a rescue one in the bag", "that flares up in allergy season"],
    need: "Inhalers covered before the deductible",
    concern: "A brand of inhaler dropped from the formulary in mid-year",
    question: "Is this exact inhaler on the formulary, and on which tier?",
  },
  {
    pattern: /blood pressure|hypertens|cholesterol|statin/i,
    contexts: ["with one daily tablet and two check-ups a year", "kept in range with generics"],
    need: "Generic prescriptions and routine lab work at a low copay",
    concern: "Lab bills that arrive weeks after a visit",
    question: "Are routine blood tests billed as preventive or as diagnostic?",
  },
  {
    pattern: /anxi|depress|mental|adhd|ptsd|bipolar|therap/i,
    contexts: ["with weekly therapy that has helped a great deal", "with a therapist and one prescription"],
    need: "Therapy visits at a flat copay, in person or by video",
    concern: "Losing a therapist who took a year to find",
    question: "Is this therapist in the network, and is there a limit on visits?",
  },
  {
    pattern: /pregnan|expecting|fertil|ivf|maternity/i,
    contexts: ["and is choosing where to give birth", "with the first appointments already made"],
    need: "Prenatal visits, delivery and newborn care in the network",
    concern: "One bill for the hospital and another for everyone in it",
    question: "What would a delivery cost in all, from the first visit to going home?",
  },
  {
    pattern: /cancer|oncolog|tumou?r|leukemi|lymphom/i,
    contexts: ["now in follow-up care with yearly scans", "and stays close to one treatment center"],
    need: "The present treatment center and its imaging in the network",
    concern: "Prior authorization standing between a scan and its date",
    question: "Which services need prior authorization, and how long does it usually take?",
  },
  {
    pattern: /heart|cardi|stroke|afib|arrhythm/i,
    contexts: ["with a cardiologist who knows the whole history", "stable for years, and watched closely"],
    need: "A cardiologist and a good hospital in the network",
    concern: "An emergency far from the nearest hospital in the network",
    question: "How is emergency care covered when the nearest hospital is out of network?",
  },
  {
    pattern: /arthrit|back|joint|knee|hip|orthop/i,
    contexts: ["that comes and goes with the weather and the work", "eased by regular physical therapy"],
    need: "Physical therapy with enough visits in a year",
    concern: "A cap on therapy visits that runs out in August",
    question: "How many physical therapy visits are covered in a year?",
  },
  {
    pattern: /crohn|colitis|lupus|sclerosis|\bms\b|psoria|autoimmun|rheumat/i,
    contexts: ["on a specialty medicine given every few weeks", "in remission on a biologic"],
    need: "Specialty medicines with a clear yearly limit on cost",
    concern: "Step therapy that asks to try again what has already failed",
    question: "Does the plan require step therapy for specialty drugs?",
  },
  {
    pattern: /migrain|headache|epilep|seizure|neurolog/i,
    contexts: ["with far fewer bad days since a change of medicine", "with a neurologist once a quarter"],
    need: "Brand-name medicines and a neurologist without a long wait",
    concern: "A switch of medicine forced by the insurer",
    question: "Can a doctor ask for an exception when a drug is not covered?",
  },
  {
    pattern: /thyroid|hormon|endocrin/i,
    contexts: ["with one tablet a day and a blood test each spring", "well settled on the present dose"],
    need: "Yearly labs and a low-cost generic",
    concern: "Paying specialist prices for a routine check",
    question: "Does seeing an endocrinologist need a referral?",
  },
  {
    pattern: /apnea|sleep|cpap/i,
    contexts: ["and sleeps well with a CPAP machine", "with a sleep study done last year"],
    need: "CPAP equipment and its supplies as covered equipment",
    concern: "Rental rules for medical equipment that nobody can explain",
    question: "How is durable medical equipment covered, rented or bought?",
  },
  {
    pattern: /kidney|renal|dialys|liver|hepat/i,
    contexts: ["watched by a specialist with labs every few months", "stable, with a careful diet"],
    need: "Specialist visits and frequent labs without a referral each time",
    concern: "Reaching the out-of-pocket maximum every single year",
    question: "What counts toward the out-of-pocket maximum, and what does not?",
  },
  {
    pattern: /allerg|epipen|eczema/i,
    contexts: ["with shots every month and an auto-injector at hand", "worst from March to June"],
    need: "Allergy shots and auto-injectors at a predictable price",
    concern: "Auto-injectors that must be bought twice, for home and for work",
    question: "What does an auto-injector cost under this plan?",
  },
];

export function notesOn(condition: string): ConditionNotes | undefined {
  return CONDITIONS.find(({ pattern }) => pattern.test(condition));
}

export const GOOD_HEALTH = {
  young: [
    "In good health; last saw a doctor for a sprained ankle",
    "Healthy and active, with a seasonal allergy at most",
    "No ongoing conditions; would like a regular doctor at last",
  ],
  middle: [
    "In good health, with the usual screenings coming due",
    "Generally healthy; keeps an eye on blood pressure, as a parent had trouble with it",
    "Healthy, wears glasses, and is a year late for a physical",
  ],
  older: [
    "Active and well; takes one generic tablet in the morning",
    "In good health for the age, with two specialists seen once a year",
    "Well, with a knee that may need attention one day",
  ],
} as const;
