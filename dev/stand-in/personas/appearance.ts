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

const TENS = ["teens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties"];
const OLD = { from: 58, colors: ["gray", "white"] };
const EXPRESSIONS = [
  "a warm, attentive expression",
  "a calm half-smile",
  "an open, curious look",
  "a broad smile",
];

/** A face and shoulders, in words that a portrait can be drawn from: no names, no text, nothing about health. */
export function appearanceOf({ helpers, datatype }: SeededFaker, { gender, age }: Person): string {
  const { arrayElement, objectKey } = helpers;
  const colors = Object.keys(HAIR_COLORS).filter((color) => OLD.colors.includes(color) === age >= OLD.from);
  const hair = `${objectKey(gender === "Man" ? MEN_HAIR : WOMEN_HAIR)} ${arrayElement(colors)} hair`;
  const beard = gender === "Man" && age > 21 && datatype.boolean(0.4) ? ` and ${objectKey(FACIAL_HAIR)}` : "";
  const glasses = datatype.boolean(0.3) ? ", glasses" : "";
  const years = `${age % 10 < 5 ? "early" : "late"} ${TENS[Math.floor(age / 10) - 1] ?? "years"}`;
  const clothes = `${objectKey(CLOTHES_COLORS)} ${objectKey(CLOTHES)}`;
  const who = `${gender === "Non-binary" ? "Person" : gender} in the ${years}`;
  return `${who} with ${hair}${beard}${glasses}, wearing a ${clothes}; ${arrayElement(EXPRESSIONS)}, soft light`;
}
