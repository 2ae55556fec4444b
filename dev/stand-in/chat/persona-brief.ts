import type { Random } from "../random.ts";
import { pick } from "../random.ts";
import type { KnownPersona } from "./known-persona.ts";
import { personalized } from "./personalized.ts";

/** Of each list, the first sentence for which everything it names is known. */
const FACTS = [
  [
    "{name} is {age} and lives in {location}; at home: {household}.",
    "{name} is {age} and lives in {location}.",
    "Let us speak about {name}.",
  ],
  [
    "Work: {occupation}. Today's coverage: {coverage}.",
    "Today's coverage: {coverage}.",
    "Work: {occupation}.",
  ],
  ["In health matters: {health}."],
  [
    "There is about {budget} a month for premiums, and a deductible near {deductible} would be bearable.",
    "There is about {budget} a month for premiums.",
  ],
];

const MEANING = [
  [
    "What counts first is this: {need}. Close behind comes another wish: {priority}.",
    "What counts first: {need}.",
  ],
  ["The worry to take seriously is this one: {concern}."],
  [
    "A {plan} is the kind of plan to start from, though I would set one cheaper and one richer plan beside it.",
  ],
];

const NEXT = [
  ["A good question to put to an insurer: “{question}”"],
  ["I would begin the conversation there, and keep the prices for later. For the tone: {manner}."],
];

const CLOSINGS = [
  "Ask me about any of these, the deductible, the network or the monthly price, and I will go into it with {name} in mind.",
  "Shall we look at the costs of a whole year next, or at the doctors and medicines that have to stay?",
];

/** What is known of a persona, for a question that names no subject; undefined where no persona is known. */
export function personaBrief(persona: KnownPersona, random: Random): string | undefined {
  if (persona.name === undefined) return undefined;
  const sentence = (choices: readonly string[]) =>
    choices.map((one) => personalized(one, persona)).find(Boolean);
  const said = (lists: readonly (readonly string[])[]) =>
    lists.flatMap((list) => sentence(list) ?? []).join(" ");
  const closing = said([[pick(random, CLOSINGS)]]);
  return [said(FACTS), said(MEANING), `${said(NEXT)} ${closing}`.trim()].filter(Boolean).join("\n\n");
}
