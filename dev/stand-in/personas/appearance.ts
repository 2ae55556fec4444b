import {
  CLOTHES,
  CLOTHES_COLORS,
  FACIAL_HAIR,
  MEN_HAIR,
  MIDDLE_HAIR,
  OLD_HAIR,
  WOMEN_HAIR,
  YOUNG_HAIR,
} from "../portraits/look-words.ts";
import type { Random } from "../random.ts";
import { pick } from "../random.ts";
import type { Gender } from "./lead.ts";

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

function hairColors(age: number): readonly string[] {
  if (age >= 60) return OLD_HAIR;
  return age >= 45 ? MIDDLE_HAIR : YOUNG_HAIR;
}

function hairInWords(random: Random, gender: Gender, age: number): string {
  const worn: Record<string, string> =
    gender === "woman" ? WOMEN_HAIR : gender === "man" ? MEN_HAIR : { ...WOMEN_HAIR, ...MEN_HAIR };
  const fitting = Object.keys(worn).filter((name) => name !== "thinning" || age >= 50);
  return `${pick(random, fitting)} ${pick(random, hairColors(age))} hair`;
}

/** A face and shoulders, in words that a portrait can be drawn from: no names, no text, nothing about health. */
export function appearanceOf(random: Random, gender: Gender, age: number): string {
  const features = [hairInWords(random, gender, age)];
  if (random() < 0.3) features.push("glasses");
  if (gender === "man" && random() < 0.4) features.push(pick(random, Object.keys(FACIAL_HAIR)));
  const last = features.pop();
  const face = features.length > 0 ? `${features.join(", ")} and ${last}` : last;
  const clothes = `${pick(random, Object.keys(CLOTHES_COLORS))} ${pick(random, Object.keys(CLOTHES))}`;
  const person = `${gender[0]?.toUpperCase()}${gender.slice(1)} in the ${ageInWords(age)}`;
  return `${person} with ${face}, wearing a ${clothes}; ${pick(random, EXPRESSIONS)}, ${pick(random, LIGHT)}`;
}
