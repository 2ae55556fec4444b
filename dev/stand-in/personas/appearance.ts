import * as looks from "../portraits/look-words.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import type { Person } from "./people.ts";

const TENS = ["teens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties"];
const GRAY_AGE = 58;
const EXPRESSIONS = [
  "a warm, attentive expression",
  "a calm half-smile",
  "an open, curious look",
  "a broad smile",
];

/** A face and shoulders, in words that a portrait can be drawn from: no names, no text, nothing about health. */
export function appearanceOf({ helpers, datatype }: SeededFaker, { gender, age }: Person): string {
  const key = (table: Record<string, string>) => helpers.objectKey(table);
  const color = key(age < GRAY_AGE ? looks.DARK_HAIR : looks.GRAY_HAIR);
  const hair = `${key(gender === "Man" ? looks.MEN_HAIR : looks.WOMEN_HAIR)} ${color} hair`;
  const beard = gender === "Man" && age > 21 && datatype.boolean(0.4) ? ` and ${key(looks.FACIAL_HAIR)}` : "";
  const glasses = datatype.boolean(0.3) ? ", glasses" : "";
  const years = `${age % 10 < 5 ? "early" : "late"} ${TENS[Math.floor(age / 10) - 1] ?? "years"}`;
  const who = `${gender === "Non-binary" ? "Person" : gender} in the ${years} with ${hair}${beard}${glasses}`;
  const clothes = `wearing a ${key(looks.COLORS)} ${key(looks.CLOTHES)}`;
  return `${who}, ${clothes}; ${helpers.arrayElement(EXPRESSIONS)}, soft window light`;
}
