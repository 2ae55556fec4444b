import type { Topic } from "./topic.ts";

/** What insurance costs, and how the costs are shared. */
export const COST_TOPICS: readonly Topic[] = [
  {
    name: "the deductible",
    pattern: /deductible/gi,
    openings: [
      "A deductible is simpler than it sounds.",
      "Good place to start: the deductible decides how a plan feels in the first months of a year.",
    ],
    explanations: [
      "It is what you pay yourself in a year before the plan begins to share most costs. With a $2,000 deductible, the first $2,000 of scans, tests and hospital bills are yours; after that you pay a copay or a percentage until you reach the out-of-pocket maximum. Preventive visits and vaccines are free from the first day, and many plans cover office visits or generics before the deductible too.",
      "Think of it as a gate. Until your own spending reaches it, you pay the plan's negotiated price for most care; past the gate the plan pays a large share. It opens anew each January, which is why an operation in November and one in February can cost you very differently. Check-ups, screenings and vaccines never wait for it.",
    ],
    advice: [
      "If you see a doctor twice a year, a higher deductible and a lower premium usually win. If you know that a procedure or a costly medicine is coming, turn it around.",
      "A fair test is to take last year's care and price it on both plans. When the lower deductible costs more in extra premiums than it saves, it is not the bargain it seems.",
    ],
    asks: [
      "Roughly how often did you see a doctor last year?",
      "Is anything planned for the coming year that I should count in?",
    ],
    gist: "As for the deductible: it is what you pay first, before the plan shares most costs, and it starts again every January.",
    personal: [
      "With {name} in mind, a deductible near {deductible} is the figure to test against a normal year and a bad one.",
    ],
  },
  {
    name: "premiums",
    pattern: /\bpremiums?\b|per month|a month|monthly (cost|payment|price)|\bafford|cheap|budget/gi,
    openings: [
      "The premium is the price of being covered at all.",
      "Let us look at the monthly price, and at what it does not tell you.",
    ],
    explanations: [
      "You pay it every month, whether you see a doctor or not. For plans of your own it depends on age, place, tobacco, the plan's level and who is covered; your health does not enter into it. Lower premiums usually come with higher deductibles and tighter networks, so the cheapest card in January can be the dearest by December.",
      "A premium buys access: to the plan's negotiated prices, its network and its limit on your costs. Age, county, tobacco use and the level of the plan set it, not your medical history. A tax credit may take a large part off it, which makes the list price you see first a poor guide.",
    ],
    advice: [
      "I compare plans by the whole year: twelve premiums, plus what you would likely pay for care, minus any credit. Then I do the same for a bad year.",
      "Decide first what you could pay every month without strain, then look for the plan that leaves the smallest hole if something happens.",
    ],
    asks: [
      "What would be comfortable for you each month?",
      "Shall we estimate whether a tax credit applies to your household?",
    ],
    gist: "On premiums: judge a plan by the whole year, that is twelve premiums and the care you expect, and not by the month alone.",
    personal: [
      "For {name}, who has about {budget} a month to work with, I would begin with plans just under that and see what each leaves uncovered.",
    ],
  },
  {
    name: "copays and coinsurance",
    pattern: /co-?pay|co-?insurance|cost.?shar/gi,
    openings: [
      "These two are often mixed up, so here they are side by side.",
      "A copay is a price tag; coinsurance is a percentage.",
    ],
    explanations: [
      "A copay is fixed, for example $30 for a visit. Coinsurance is your share of the bill, for example 20 percent of a $1,500 scan, so $300. Many plans use copays for visits and medicines and coinsurance for hospitals and imaging. Coinsurance usually begins once the deductible is met; copays often apply from the first day.",
      "With a copay you know the amount before you walk in. With coinsurance you know only the share, and the amount depends on the negotiated price. Both count toward your out-of-pocket maximum, and once that is reached the plan pays covered care in the network in full.",
    ],
    advice: [
      "If you like to know in advance, look for plans that put copays on the things you use most.",
      "Before a large test, ask for the negotiated price. The same scan can cost twice as much across the street.",
    ],
    asks: [
      "Which kind of care do you use most, visits, medicines or tests?",
      "Would steady amounts matter more to you than the lowest total?",
    ],
    gist: "Copays are fixed amounts and coinsurance is a percentage; both count toward your yearly maximum.",
    personal: [
      "{name} would probably feel this most in everyday visits, so I would compare the office-visit copays first.",
    ],
  },
  {
    name: "the out-of-pocket maximum",
    pattern: /out.?of.?pocket|oop\b|moop|worst case|maximum/gi,
    openings: [
      "This is the number I look at before any other.",
      "One number is the promise at the heart of every plan.",
    ],
    explanations: [
      "The out-of-pocket maximum is the most you can pay in a year for covered care in the network. Deductible, copays and coinsurance all count toward it; premiums and out-of-network care do not. Once you reach it, the plan pays the rest of the year in full. A family has a limit for each person and one for all together.",
      "Whatever happens, an accident, a long stay, a difficult diagnosis, your share of covered in-network care ends at this maximum for the year. Federal rules set an upper limit for it, and many plans go lower. Premiums go on, and care outside the network usually stands apart.",
    ],
    advice: [
      "Add twelve premiums to it and you have the true worst case of a plan. Two plans that look far apart by premium are often close by that measure.",
      "If you could not find that amount within a few months, a plan with a lower maximum is worth a somewhat higher premium.",
    ],
    asks: [
      "How large a bill could you absorb without borrowing?",
      "Do you expect a year with a lot of care, or a quiet one?",
    ],
    gist: "And the out-of-pocket maximum is your ceiling for covered in-network care in a year; add twelve premiums and you know the worst case.",
    personal: [
      "For {name} I would set the worst case of each plan beside a yearly premium of twelve times {budget} and compare the sums.",
    ],
  },
  {
    name: "tax credits",
    pattern: /subsid|tax credit|\baca\b|obamacare|premium assistance|poverty level|\bfpl\b|financial help/gi,
    openings: [
      "Many people qualify for help and never ask.",
      "Tax credits can change which plan is the best one, so it pays to check them first.",
    ],
    explanations: [
      "Premium tax credits lower the monthly price of marketplace plans. They depend on your household's income for the year, its size, and the price of a benchmark Silver plan where you live. With a lower income, Silver plans can also come with smaller deductibles and copays, which no other level offers. Much below the line, Medicaid may be the answer instead.",
      "The marketplace estimates your tax credit from the income you expect for the whole year and pays it to the insurer each month. At tax time the estimate is settled against what you really earned. Since the rules and income limits have changed in recent years, use this year's calculator rather than an old article.",
    ],
    advice: [
      "Estimate carefully and report changes when they happen. A raise in the spring is easier to settle in the spring than the next April.",
      "Look at Silver before anything else if your income is modest; the extra cost-sharing help hides only there.",
    ],
    asks: [
      "What income do you expect for this year, for everyone on your tax return?",
      "How many people are in your household for taxes?",
    ],
    gist: "Tax credits depend on household income and size, so estimate yours before you compare prices.",
    personal: [
      "{name} lives in {location}, so the benchmark price there decides; I would check it before looking at any plan.",
    ],
  },
];
