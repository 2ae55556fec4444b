import type { Topic } from "./topic.ts";

/** Events in life that change what coverage somebody needs or may get. */
export const LIFE_TOPICS: readonly Topic[] = [
  {
    name: "enrollment periods",
    pattern: /enrol|sign.?up|deadline|special enrollment|qualifying (life )?event|too late|\bwhen can i\b/gi,
    openings: [
      "Timing matters here more than anywhere else in insurance.",
      "There are two doors: one for everybody in autumn, and one for life events.",
    ],
    explanations: [
      "Open enrollment for marketplace plans begins on November 1, and mid-December is the date to keep for coverage from January 1; some states stay open longer. Outside it, a life event opens a special period, usually 60 days: losing coverage, marrying, having a baby, moving to another area. Medicaid takes applications all year.",
      "In the open period anyone can choose or change a plan. The rest of the year you need a reason that counts, such as a lost plan, a move, a marriage or a birth, and proof of it. The window is normally 60 days, and for a lost plan you may apply up to 60 days before, so that there is no gap.",
    ],
    advice: [
      "Put the date in your calendar twice: once for choosing and once, two weeks earlier, for gathering papers.",
      "Apply before the old plan ends if you can; coverage then begins on the first day without it.",
    ],
    asks: [
      "Has anything changed lately, a job, an address, the family?",
      "When does your present coverage end?",
    ],
    gist: "Mind the calendar: open enrollment starts on November 1, and life events open a window of about 60 days.",
    personal: [
      "{name} has this now: {coverage}. So the first thing to settle is the exact day on which it ends.",
    ],
  },
  {
    name: "losing a job, and COBRA",
    pattern:
      /cobra|los(t|ing|e) (my |a |his |her |their )?(job|work|coverage)|laid off|lay.?off|unemploy|quit|between jobs|new job/gi,
    openings: [
      "I am sorry, that is a lot at once. The good news is that you have choices and some time.",
      "A job change need not mean a gap. There are three roads.",
    ],
    explanations: [
      "COBRA keeps your employer's plan, doctors and deductible as they are, for up to 18 months, but you pay the whole price and a small fee. The marketplace offers new plans, often with a tax credit now that income is lower. Medicaid may apply if income drops far enough. You have 60 days for COBRA and 60 days for the marketplace.",
      "Losing coverage opens a special enrollment period. In it you can take COBRA, which is seamless and expensive, or a marketplace plan, which starts a new deductible but may cost far less with a credit. COBRA can be chosen late and counts from the first day, which gives a certain safety net while you decide.",
    ],
    advice: [
      "If you have already met most of the deductible this year, a few months of COBRA can be the cheaper road. In January the marketplace usually wins.",
      "Do not let both windows pass. Dropping COBRA later, on your own, does not open the marketplace until the next open enrollment.",
    ],
    asks: [
      "On which day does your present coverage end?",
      "How much of this year's deductible have you already paid?",
    ],
    gist: "After a job ends you have 60 days to weigh COBRA against the marketplace; do not let both pass.",
    personal: [
      "For {name}, with about {budget} a month in mind, the full price of COBRA is the number to hear first.",
    ],
  },
  {
    name: "moving to another state",
    pattern: /\bmov(e|ed|ing)\b|relocat|another state|different state|out of state|new address/gi,
    openings: [
      "Plans end at the state line more often than people expect.",
      "A move is both a problem and a chance: it lets you choose again.",
    ],
    explanations: [
      "Marketplace plans and Medicaid belong to a state, and many networks to a few counties. A move to a new state means a new application and a new plan. It opens a special enrollment period of 60 days, normally if you had coverage before the move. Deductibles start again, and prices may differ a good deal.",
      "If you move within the state, your plan may or may not follow; across the line it almost never does, unless you have a national PPO through work. Report the new address soon, choose from what is sold there, and let the new coverage begin before the old one ends.",
    ],
    advice: [
      "Refill prescriptions and ask for records before you leave. Those two make the first weeks calm.",
      "Time costly care with the move in mind: what you paid toward the old deductible stays behind.",
    ],
    asks: ["Where are you moving, and roughly when?", "Is anyone in the middle of a treatment?"],
    gist: "A move to another state means a new plan and opens a 60-day window to choose it.",
    personal: [
      "{name} is in {location} now, so I would look up what is sold at the new address before giving anything up.",
    ],
  },
  {
    name: "covering children and families",
    pattern: /\b(kids?|child(ren)?|famil(y|ies)|daughter|son|pediatric|dependents?)\b/gi,
    openings: [
      "Families need a slightly different arithmetic.",
      "With children, small and frequent costs matter as much as the big one.",
    ],
    explanations: [
      "A family plan has a deductible and a maximum for each person, and one for all together. Check-ups, vaccines and screenings for children are free. Look at urgent care, since that is where children take you on Sundays, and at whether a children's hospital is in the network. Depending on income, the children may qualify for CHIP while the parents have another plan.",
      "It need not be one plan for all. Parents may be best on an employer's plan and the children on the marketplace or on CHIP. Ask how the family deductible works: in some plans one child's care can meet the individual part, in others everything waits for the family amount.",
    ],
    advice: [
      "Check what it costs to add the family to each parent's employer plan separately. The difference is often thousands a year.",
      "A newborn must be added within 30 days at most employers and 60 on the marketplace. It is covered back to birth.",
    ],
    asks: [
      "How old are the children, and do they have a pediatrician you like?",
      "Does either parent have coverage through work?",
    ],
    gist: "For children, look at urgent-care copays and the pediatrician's network, and see whether CHIP applies.",
    personal: [
      "For the household of {name} ({household}), I would price everyone together and then parents and children apart.",
    ],
  },
  {
    name: "pregnancy and birth",
    pattern: /pregnan|maternity|expecting|newborn|\bbirth\b|\bbaby\b|deliver/gi,
    openings: [
      "Congratulations, if they are due! Here is how coverage works.",
      "Maternity care is one of the best-protected parts of a plan.",
    ],
    explanations: [
      "All marketplace and nearly all employer plans must cover pregnancy, birth and newborn care, and nobody can be refused for being pregnant. Prenatal check-ups count largely as preventive. The delivery itself runs through the deductible and coinsurance, so many families reach their maximum that year. Pregnancy alone does not open a special enrollment in most states, but the birth does.",
      "Expect three bills: the doctor or midwife, the hospital, and whoever helps with anesthesia. In the network they all count toward your maximum. Many states extend Medicaid to higher incomes during pregnancy and for a year afterwards, so it is worth checking even if you never qualified before.",
    ],
    advice: [
      "Look at the out-of-pocket maximum rather than the deductible, and at whether the due date falls before or after January 1.",
      "Ask that the hospital and your doctor are both in the network. Being right about one does not settle the other.",
    ],
    asks: ["When is the baby due?", "Do you already have a doctor or a hospital in mind?"],
    gist: "For a birth, compare out-of-pocket maximums and check both the doctor and the hospital.",
    personal: [
      "For {name}, with {budget} a month, a plan with a low yearly maximum is likely worth a little more premium in that year.",
    ],
  },
  {
    name: "young adults and a parent's plan",
    pattern:
      /turn(ing)? 26|\b26\b|parents?['’]? (plan|insurance|coverage)|college|student|graduat|first (plan|insurance)/gi,
    openings: [
      "Turning 26 is the one birthday insurers never forget.",
      "Starting out, you have more doors open than you might think.",
    ],
    explanations: [
      "You can stay on a parent's plan until 26, married or not, at home or away. Then a 60-day window opens for a plan of your own: through work, on the marketplace, perhaps with a tax credit, or Medicaid with a low income. Under 30 you may also take a catastrophic plan, which is cheap and covers little before its high deductible.",
      "Compare four things: a parent's plan, your employer's, a school's, and the marketplace. A parent's plan may have its network in another state, which is fine for emergencies and poor for a regular doctor. A marketplace Bronze or Silver plan with a credit can cost less than a phone contract.",
    ],
    advice: [
      "Ask when exactly the parent's plan ends; some end on the birthday and some with the month or the year.",
      "Use the free check-up in the first month. It gets you a doctor before you need one.",
    ],
    asks: [
      "How old are you, and where does your present plan have its network?",
      "Does your job or school offer anything?",
    ],
    gist: "A parent's plan works until 26; after that a 60-day window opens for your own.",
    personal: [
      "{name} is {age}, so the date on which any family coverage ends is the one to find out first.",
    ],
  },
  {
    name: "insurance for the self-employed",
    pattern: /self.?employ|freelanc|contractor|gig|small business|own business|1099/gi,
    openings: [
      "Working for yourself, you are your own benefits department.",
      "Uneven income is the real puzzle here, and it can be solved.",
    ],
    explanations: [
      "The marketplace is usually your place: nobody asks about your health, and credits depend on the net income you expect for the year. Premiums for yourself and your family may be deductible on your tax return. If you employ others, small-group coverage and reimbursement arrangements come into view.",
      "You estimate the year's profit, get a credit based on it, and settle the difference at tax time. In a good year you may pay some back, so many people take a little less credit in advance than they are offered. A plan that qualifies for an HSA adds a second deduction.",
    ],
    advice: [
      "Update the estimate every quarter, when you do your taxes anyway. It takes ten minutes.",
      "Be careful with plans sold as memberships or as short-term. Many leave out what you would most need.",
    ],
    asks: ["What profit do you expect this year, at a cautious guess?", "Are you insuring only yourself?"],
    gist: "For the self-employed, the expected net income decides the credit, so update the estimate during the year.",
    personal: [
      "{name} earns a living like this: {occupation}. So I would plan with a cautious and a good year side by side.",
    ],
  },
];
