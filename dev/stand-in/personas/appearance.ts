import {
  CLOTHES,
  CLOTHES_COLORS,
  DARK_HAIR,
  FACIAL_HAIR,
  FAIR_HAIR,
  GRAYING_HAIR,
  MEN_HAIR,
  OLD_HAIR,
  WOMEN_HAIR,
} from "../portraits/look-words.ts";
import type { Random } from "../random.ts";
import { pick } from "../random.ts";
import type { Member } from "./cast.ts";
import { poolOf } from "./vocabulary/names.ts";

const DECADES = [
  "",
  "teens",
  "twenties",
  "thirties",
  "forties",
  "fifties",
  "sixties",
  "seventies",
  "eighties",
  "nineties",
];

const BEARD_AGE = 22;

const EXPRESSIONS = [
  "a warm, attentive expression",
  "a calm half-smile",
  "an open, curious look",
  "a broad, easy smile",
  "a thoughtful look, as if about to ask something",
  "a patient, friendly expression",
  "a quick, amused smile",
];

const LIGHT = ["soft window light", "even studio light", "late-afternoon light", "a plain pale background"];

/** "early forties", or simply the age where there is no such word. */
function ageInWords(age: number): string {
  const decade = DECADES[Math.floor(age / 10)];
  if (!decade || age < 20) return age < 13 ? "childhood" : "late teens";
  const part = age % 10 < 4 ? "early" : age % 10 < 7 ? "mid" : "late";
  return part === "mid" ? `mid-${decade}` : `${part} ${decade}`;
}

function hairColors({ age, lastName }: Member): readonly string[] {
  if (age >= 60) return OLD_HAIR;
  const youth = (poolOf(lastName)?.fair ?? true) ? FAIR_HAIR : DARK_HAIR;
  return age >= 45 ? [...youth, ...GRAYING_HAIR] : youth;
}

function hairInWords(random: Random, member: Member): string {
  const { gender, age } = member;
  const worn: Record<string, string> =
    gender === "woman" ? WOMEN_HAIR : gender === "man" ? MEN_HAIR : { ...WOMEN_HAIR, ...MEN_HAIR };
  const fitting = Object.keys(worn).filter((name) => name !== "thinning" || age >= 50);
  return `${pick(random, fitting)} ${pick(random, hairColors(member))} hair`;
}

/** A face and shoulders, in words that a portrait can be drawn from: no names, no text, nothing about health. */
export function appearanceOf(random: Random, member: Member): string {
  const { gender, age } = member;
  const features = [hairInWords(random, member)];
  if (random() < 0.3) features.push("glasses");
  if (gender === "man" && age >= BEARD_AGE && random() < 0.4)
    features.push(pick(random, Object.keys(FACIAL_HAIR)));
  const last = features.pop();
  const face = features.length > 0 ? `${features.join(", ")} and ${last}` : last;
  const clothes = `${pick(random, Object.keys(CLOTHES_COLORS))} ${pick(random, Object.keys(CLOTHES))}`;
  const person = `${gender.charAt(0).toUpperCase()}${gender.slice(1)} in the ${ageInWords(age)}`;
  return `${person} with ${face}, wearing a ${clothes}; ${pick(random, EXPRESSIONS)}, ${pick(random, LIGHT)}`;
}
