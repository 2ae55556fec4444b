import {
  CLOTHES,
  CLOTHES_COLORS,
  FACIAL_HAIR,
  HAIR_COLORS,
  MEN_HAIR,
  WOMEN_HAIR,
} from "../portraits/look-words.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import type { Person } from "./people.ts";

const BEARD_AGE = 22;
const GRAY_AGE = 58;
const GRAY = ["gray", "white"];
const EXPRESSIONS = [
  "a warm, attentive expression",
  "a calm half-smile",
  "an open, curious look",
  "a broad, easy smile",
];

/** "early forties": as exactly as a face shows it. */
function ageInWords(age: number): string {
  if (age < 20) return age < 13 ? "childhood" : "late teens";
  const tens = ["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties"];
  const part = age % 10 < 4 ? "early" : age % 10 < 7 ? "mid" : "late";
  return `${part} ${tens[Math.floor(age / 10) - 2] ?? "nineties"}`;
}

/** A face and shoulders, in words that a portrait can be drawn from: no names, no text, nothing about health. */
export function appearanceOf({ helpers, datatype }: SeededFaker, { gender, age }: Person): string {
  const { arrayElement, objectKey } = helpers;
  const worn = objectKey(gender === "Man" ? MEN_HAIR : WOMEN_HAIR);
  const colors = Object.keys(HAIR_COLORS).filter((color) => GRAY.includes(color) === age >= GRAY_AGE);
  const bearded = gender === "Man" && age >= BEARD_AGE && datatype.boolean(0.4);
  const face = [
    `${worn} ${arrayElement(colors)} hair`,
    bearded ? objectKey(FACIAL_HAIR) : "",
    datatype.boolean(0.3) ? "glasses" : "",
  ].filter(Boolean);
  const clothes = `${objectKey(CLOTHES_COLORS)} ${objectKey(CLOTHES)}`;
  const who = `${gender === "Non-binary" ? "Person" : gender} in the ${ageInWords(age)}`;
  return `${who} with ${face.join(" and ")}, wearing a ${clothes}; ${arrayElement(EXPRESSIONS)}, soft window light`;
}
