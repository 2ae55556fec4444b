import type { Topic } from "./topic.ts";

/** Care itself: medicines, conditions, emergencies, and the public programs. */
export const HEALTH_TOPICS: readonly Topic[] = [
  {
    name: "Medicare",
    pattern: /medicare|medigap|part [abd]\b|turn(ing)? 65|\b65\b|retire|advantage plan/gi,
    openings: [
      "Medicare is really two decisions, and the order helps.",
      "At 65 the vocabulary changes, so let us take it slowly.",
    ],
    explanations: [
      "Part A covers hospitals, Part B doctors and outpatient care, Part D medicines. First you choose between Original Medicare, usually with a Medigap policy and a Part D plan, and Medicare Advantage, which bundles it all with a network and a yearly limit. Medigap costs more each month and leaves you free to see almost any doctor; Advantage costs less and asks for more permission.",
      "Your first window lasts seven months around your 65th birthday. If you still have coverage through present work, you may often wait without a penalty. Medigap is easiest to get in the first six months with Part B, when no one may ask about your health. Each autumn you can change an Advantage or drug plan.",
    ],
    advice: [
      "If freedom of choice matters and the budget allows, look at Medigap first: it is the door that is hard to open later.",
      "List your medicines and compare Part D plans by the cost of the whole year. It is worth repeating every autumn.",
    ],
    asks: [
      "Will you have coverage through work, yours or a partner's, when you turn 65?",
      "Which doctors and medicines should stay as they are?",
    ],
    gist: "With Medicare, decide between Medigap and Advantage first; the window around 65 matters.",
    personal: [
      "Since {name} is {age}, I would write down the exact enrollment dates before comparing anything.",
    ],
  },
  {
    name: "prescriptions",
    pattern: /prescri|medicine|medication|\bdrugs?\b|pharmac|formular|insulin|generic|inhaler|\bmeds\b/gi,
    openings: [
      "Medicines are where two similar plans can differ by thousands.",
      "Bring the list of medicines first; it often decides the plan.",
    ],
    explanations: [
      "Every plan has a formulary, a list of drugs in tiers. Generics sit low and cost a few dollars; brands and specialty drugs sit higher and may cost a percentage. Some need prior authorization or ask you to try another drug first. Lists change each January, and sometimes in mid-year.",
      "Check four things for each medicine: is it on the list, on which tier, does the deductible apply to it, and is your pharmacy preferred. What you pay for covered drugs counts toward your yearly maximum. Under Medicare, insulin costs at most $35 a month, and there is a yearly cap for Part D.",
    ],
    advice: [
      "Look each one up by its exact name and dose. A tablet and a capsule of the same drug can stand on different tiers.",
      "Ask for a 90-day supply by mail. If a drug is missing, your doctor can ask for an exception, and often gets it.",
    ],
    asks: ["Which medicines does your household take regularly?", "Is there one that you could not switch?"],
    gist: "For prescriptions, look up each one in the plan's formulary by exact name and dose.",
    personal: ["For {name} ({health}), I would look up every medicine before comparing a single premium."],
  },
  {
    name: "chronic and pre-existing conditions",
    pattern:
      /chronic|pre.?existing|condition|diabet|asthma|hypertens|blood pressure|cancer|arthrit|heart disease|disab/gi,
    openings: [
      "First of all: no marketplace or employer plan may turn you down or charge you more for it.",
      "A condition changes the arithmetic, but not your right to coverage.",
    ],
    explanations: [
      "With regular care, the premium is the smaller part of the story. Add up specialist visits, labs, medicines and supplies for a year, and see what each plan leaves to you. Very often a Gold plan with a dear premium is the cheapest in the end, since you would reach the Bronze plan's maximum anyway.",
      "Three things decide: are your specialists in the network, are your medicines on a good tier, and how low is the yearly maximum. Many insurers also have nurses who coordinate care for long-standing conditions, at no cost, and some plans cover supplies before the deductible.",
    ],
    advice: [
      "Beware of short-term plans and health-sharing plans: those may exclude what you already have.",
      "If you change plans, ask about a transition period, in which ongoing treatment goes on with the present doctor.",
    ],
    asks: [
      "Which specialists do you see, and how often?",
      "Which medicines or supplies do you need every month?",
    ],
    gist: "A pre-existing condition cannot be held against you; compare the whole year's cost, and look at Gold.",
    personal: [
      "What is known of {name} ({health}) speaks for comparing the yearly maximum before the premium.",
    ],
  },
  {
    name: "mental health",
    pattern: /mental|therap(y|ist)|counsel|psych|anxiety|depress|stress/gi,
    openings: [
      "Mental health is health, and plans have to treat it so.",
      "It is good that you ask about this before choosing.",
    ],
    explanations: [
      "Marketplace plans must cover therapy, psychiatry and treatment of substance use, and limits may not be stricter than for other care. The practical question is whether someone good is taking patients. Video visits have helped a great deal, and many plans price them like a visit to a family doctor.",
      "Look at the copay for an outpatient visit, whether a referral is needed, and how many therapists near you are really open. A PPO may pay part of the bill of a therapist outside the network. Your employer does not see what you use it for.",
    ],
    advice: [
      "Call two or three therapists from the directory before enrolling. Their answers say more than the brochure.",
      "If you have someone you trust, start from that person and ask which plans they take.",
    ],
    asks: ["Do you already see somebody you would like to keep?", "Would video visits suit you?"],
    gist: "For mental health, check that therapists in the directory are really taking patients.",
    personal: ["For {name} I would look for therapists near {location} first, and for plans second."],
  },
  {
    name: "emergencies and surprise bills",
    pattern: /emergency|\ber\b|ambulance|urgent care|surprise bill|balance bill|accident|hospital/gi,
    openings: [
      "In an emergency, go to the nearest hospital. The rest can be settled.",
      "There is more protection here than there used to be.",
    ],
    explanations: [
      "Plans must cover emergencies anywhere at in-network terms, without asking first. Federal law also protects you from most surprise bills, for example from a doctor out of network at a hospital that is in it. Ground ambulances are the sore spot and often not protected. For a fever or a sprain, urgent care costs a fraction of the emergency room.",
      "What you pay depends on the plan: often a copay of some hundreds for the emergency room, less for urgent care, little for a video visit. If you are admitted, deductible and coinsurance apply, up to your yearly maximum. A bill that looks wrong may well be; ask for the itemized version before paying.",
    ],
    advice: [
      "Save the numbers of the plan's nurse line and the nearest urgent care in your phone today.",
      "If a surprise bill comes, do not pay at once. Call the plan, name the law, the No Surprises Act, and ask for a review.",
    ],
    asks: [
      "Is there an urgent-care clinic near you?",
      "Have you received a bill that I should help you read?",
    ],
    gist: "Emergencies are covered anywhere at in-network terms; for lesser things, urgent care is far cheaper.",
    personal: [
      "Around {location}, I would check which hospital and which urgent care belong to the network {name} is looking at.",
    ],
  },
  {
    name: "Medicaid and CHIP",
    pattern: /medicaid|\bchip\b|low income|no income|food stamps|medi-?cal/gi,
    openings: [
      "Medicaid is worth a look before any paid plan.",
      "Many families qualify in part, even when they think they do not.",
    ],
    explanations: [
      "Medicaid covers people with low incomes at little or no cost, and CHIP covers children up to clearly higher incomes. The limits depend on the state, the size of the household and whether someone is pregnant or disabled. You can apply on any day of the year, and the marketplace application checks it for you.",
      "Most states cover adults up to about 138 percent of the poverty level; some have not extended it that far. Children's limits are higher everywhere. If your income rises later, the change opens a special window for a marketplace plan, so nobody has to fall between the two.",
    ],
    advice: [
      "Apply even if you are unsure; the answer costs nothing, and in many states coverage can reach back some months.",
      "Answer the yearly renewal letters. Most people who lose Medicaid lose it to paperwork.",
    ],
    asks: [
      "How many people live in your household, and what comes in each month?",
      "In which state do you live?",
    ],
    gist: "Check Medicaid and CHIP early; you can apply all year, and children qualify at higher incomes.",
    personal: [
      "The limits in {location} decide for {name}, so I would run that check before looking at prices.",
    ],
  },
  {
    name: "a denied claim",
    pattern: /den(y|ied|ial)|appeal|claim|prior auth|preauthor|not covered/gi,
    openings: [
      "A denial is often the beginning of a conversation, not its end.",
      "Do not give up at the first letter; many denials are reversed.",
    ],
    explanations: [
      "The letter must say why. Common reasons are a missing authorization, a wrong code, or a judgment that care was not necessary. You may appeal to the plan, usually within 180 days, and after that ask for an outside review whose answer binds the plan. In urgent cases both can take days instead of weeks.",
      "Start with the doctor's office: a corrected code or a short letter of medical necessity solves a good part of the cases. If not, file a written appeal with records attached, and keep copies of everything. An independent review follows if the plan holds to its no.",
    ],
    advice: [
      "Note the name, date and reference number of each call. It makes the second call much shorter.",
      "Do not pay the disputed part while the appeal is open, but tell the provider that there is one.",
    ],
    asks: ["What reason does the letter give?", "When is the letter dated? The days count from there."],
    gist: "A denied claim can be appealed, usually within 180 days, and reviewed from outside after that.",
    personal: ["In the case of {name} I would ask the doctor's office for the exact code first."],
  },
];
