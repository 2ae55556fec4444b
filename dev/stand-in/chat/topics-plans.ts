import type { Topic } from "./topic.ts";

/** Kinds of plans, and how to tell them apart. */
export const PLAN_TOPICS: readonly Topic[] = [
  {
    name: "networks",
    pattern: /\b(hmo|ppo|epo|pos)s?\b|network|referral|keep my doctor|my doctors?\b|specialist/gi,
    openings: [
      "The letters come down to two questions: who may treat you, and whether you must ask first.",
      "HMO, PPO, EPO: the difference is freedom against price.",
    ],
    explanations: [
      "An HMO covers care in its network and usually wants a referral from your family doctor. An EPO drops the referral but stays in the network. A PPO lets you see anyone, with a larger share to pay outside, and costs more each month. A POS plan mixes them. In an emergency, all of them cover the nearest hospital.",
      "With an HMO you choose a doctor who coordinates everything, and you stay inside; in return premiums are lower. A PPO lets you go directly to specialists and pays something out of network. An EPO sits in between: no referrals, but no coverage outside except in emergencies.",
    ],
    advice: [
      "Make a list of doctors you will not give up, and ask each office, by the plan's exact name, whether they take it. Directories are often out of date.",
      "If you rarely see specialists and your doctor is in the network, an HMO is hard to beat. If you travel or have several specialists, the PPO earns its price.",
    ],
    asks: [
      "Which doctors or hospitals do you want to keep?",
      "Do you get care in more than one place during the year?",
    ],
    gist: "On networks: HMOs are cheaper and stay inside, PPOs cost more and let you go anywhere; check your doctors by the plan's exact name.",
    personal: [
      "{name} leans toward a {plan}, which fits as long as the present doctors are really in that network.",
    ],
  },
  {
    name: "health savings accounts",
    pattern: /\bhsas?\b|health savings|\bfsas?\b|flexible spending|\bhdhp\b|high.deductible/gi,
    openings: [
      "An HSA is one of the few places where money is never taxed, if it is used for care.",
      "Here is how the account and the plan fit together.",
    ],
    explanations: [
      "You may pay into an HSA while you are covered by a qualifying plan, usually one with a high deductible. What you put in lowers your taxable income, grows untaxed, and comes out untaxed for medical costs. It is yours: it moves with you between jobs and stays from year to year, and it can be invested. An FSA, by contrast, belongs to your employer's plan and mostly expires with the year.",
      "An HSA comes in two parts: a plan with a higher deductible and a lower premium, and an account that holds what you save. Contributions are limited by the IRS each year, with more for families and from age 55. Money not spent stays, which makes it a quiet retirement account for health costs. Once Medicare starts, you can spend from it but no longer pay in.",
    ],
    advice: [
      "It works best if you can fill the account at least up to the deductible. Without that cushion, a high deductible is only a high deductible.",
      "Pay the premium difference straight into the account each month and you will not miss it.",
    ],
    asks: [
      "Could you set aside something each month for the account?",
      "Is your household healthy enough that the deductible would rarely be touched?",
    ],
    gist: "An HSA needs a qualifying plan; its money goes in, grows and comes out for care without tax.",
    personal: [
      "For {name}, with a deductible around {deductible}, I would check first whether the account could be filled to that amount within a year or two.",
    ],
  },
  {
    name: "Bronze, Silver, Gold and Platinum",
    pattern: /\b(bronze|silver|gold|platinum|catastrophic)\b|metal (tier|level)|actuarial/gi,
    openings: [
      "The metals say how costs are split, and nothing about quality.",
      "Metal levels are a shorthand for who pays how much.",
    ],
    explanations: [
      "On average a Bronze plan pays about 60 percent of covered costs, Silver 70, Gold 80 and Platinum 90. The rest is yours, up to the yearly maximum. Doctors and hospitals can be the same on all of them. Silver has one special trait: with a modest income, it comes with reduced deductibles and copays.",
      "Bronze means a low premium and a high deductible; Gold the reverse; Silver stands between. Catastrophic plans are for people under 30, or with a hardship, and cover three visits and the disaster. Premium credits can be used on all metals, but extra help with costs comes with Silver alone.",
    ],
    advice: [
      "Quiet year and savings in the bank: Bronze. Regular care: Gold often wins over the year, dearer premium and all. Modest income: start with Silver.",
      "Take two plans of neighboring metals from the same insurer and price your own year on both. The answer is usually plain within five minutes.",
    ],
    asks: [
      "Would you call your usual year quiet, average or busy?",
      "Do you know roughly what your household will earn this year?",
    ],
    gist: "The metal levels only say how costs are split; with a modest income, look at Silver first.",
    personal: [
      "Since {name} prefers a {plan}, I would compare it with one level up and one level down before deciding.",
    ],
  },
  {
    name: "comparing plans",
    pattern: /compar|which plan|best plan|recommend|choose|choosing|right plan|what (plan|should i)/gi,
    openings: [
      "There is no best plan, but there is usually a best one for your year.",
      "Let us make this a short list instead of a long evening.",
    ],
    explanations: [
      "I go through five things in this order: are your doctors in the network, are your medicines on the list, what would a normal year cost in all, what would a bad year cost, and is the service bearable. The first two rule plans out. The next two rank what is left. The last one breaks ties.",
      "Begin with what must not change: a doctor, a hospital, a medicine. Strike every plan that fails. For the rest, add twelve premiums to what you would pay for care like last year's, and once more for a year that goes wrong. Two or three plans will stand out.",
    ],
    advice: [
      "Write down one sentence about what you most want to avoid, a large bill, a new doctor, a lot of paperwork. It decides more cases than any table.",
      "Do not pay for peace of mind twice: a Gold plan with a low maximum rarely needs an extra accident policy beside it.",
    ],
    asks: [
      "Which doctors and medicines are not up for discussion?",
      "Shall we start with last year's care, as far as you remember it?",
    ],
    gist: "When you compare, check doctors and medicines first, then the cost of a normal and of a bad year.",
    personal: [
      "For {name} the first filter is clear: {need}. After that I would rank by the cost of the whole year, with about {budget} a month as the mark.",
    ],
  },
  {
    name: "dental and vision",
    pattern: /dental|dentist|teeth|braces|vision|glasses|eye (exam|doctor)|hearing/gi,
    openings: [
      "Teeth and eyes usually live on policies of their own.",
      "Dental and vision are small policies with small limits, so the arithmetic is easy.",
    ],
    explanations: [
      "For adults, most medical plans leave out routine dental and vision care. Dental policies tend to cover cleanings in full, fillings at 80 percent and crowns at half, with a yearly limit and often a waiting period for larger work. Vision policies pay for an exam and part of a pair of glasses. For children, dental and vision are essential benefits and must be offered.",
      "A dental policy costs little and pays little: check the yearly limit, the waiting periods and whether your dentist is in the network. Vision coverage is closer to a discount card. Medical problems of the eye or the jaw, on the other hand, belong to your medical plan.",
    ],
    advice: [
      "If you only need two cleanings a year, compare the premium with the dentist's cash price. It is often a draw.",
      "If a crown or braces are coming, look for a policy without a waiting period, or one that credits earlier coverage.",
    ],
    asks: ["Is larger dental work in sight for anyone in the household?", "Who needs glasses or contacts?"],
    gist: "Dental and vision are mostly separate policies for adults; check yearly limits and waiting periods.",
    personal: [
      "With a household like that of {name} ({household}), I would price one family policy against paying cash.",
    ],
  },
];
