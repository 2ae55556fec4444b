import { pick } from "../random.ts";
import type { Portrayal } from "./write.ts";

const NOT_WORKING = /retired|student|unemployed|between jobs|homemaker|disabled/i;

const IN_THE_SAME_PLACE = [
  "in much the same place as",
  "facing the same choice as",
  "with a life much like that of",
];

const MONEY = [
  "About {budget} a month is what an income near {income} leaves for it.",
  "The household lives on some {income} a year and can give about {budget} a month.",
  "With some {income} a year, {first} has set aside about {budget} a month for premiums.",
];

/** "HVAC technician" keeps its capitals, "Nurse" does not. */
function uncapitalized(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function article(occupation: string): string {
  const noun = uncapitalized(occupation.replace(/^an? /i, ""));
  if (/^(unemployed|disabled|between|self-employed$)/i.test(noun)) return noun;
  return `${/^(?:[aeio]|un[^i]|HV|MR|X-)/.test(noun) ? "an" : "a"} ${noun}`;
}

function tieToLead({ random, member, lead }: Portrayal): string {
  if (lead.firstName === undefined || member.part === "self") return "";
  return member.part === "partner"
    ? `, married to ${lead.firstName}`
    : `, ${pick(random, IN_THE_SAME_PLACE)} ${lead.firstName}`;
}

function introduction(portrayal: Portrayal): string {
  const { firstName, age, occupation, city, state, household, part } = portrayal.member;
  const place = `${city}, ${state.name}`;
  const atHome = part === "partner" ? "" : ` (${uncapitalized(household)})`;
  const who = NOT_WORKING.test(occupation)
    ? `${article(occupation)} in ${place}`
    : `works as ${article(occupation)} and lives in ${place}`;
  return `${firstName} is ${age}, ${who}${atHome}${tieToLead(portrayal)}.`;
}

/** Three sentences: who it is, how it looks at insurance, and with what money. */
export function describePersona(portrayal: Portrayal): string {
  const { random, angle } = portrayal;
  return `${introduction(portrayal)} ${pick(random, angle.stories)}. ${pick(random, MONEY)}`;
}
