import { seededFaker } from "../seeded-faker.ts";
import { CLOTHES, CLOTHES_COLORS, FACIAL_HAIR, HAIR_COLORS, MEN_HAIR, WOMEN_HAIR } from "./look-words.ts";

/** Stronger than skin is: the drawing lays a veil of white over every face. */
const SKINS = ["#f0b493", "#e8a377", "#d98e5a", "#b96f3c", "#96552a", "#713a14"];
const BACKGROUNDS = ["#e9efe6", "#e4ecf1", "#f2ebdf", "#efe6ea", "#e6e8f2"];
const WRINKLES = /gray|white hair|retire|\b[6-9]\d\b/;

/** The value of the longest name that the text contains: "dark brown" before "brown". */
function named(text: string, table: Record<string, string>): string | undefined {
  const names = Object.keys(table).sort((a, b) => b.length - a.length);
  return table[names.find((name) => text.includes(name)) ?? ""];
}

function hairTable(text: string): Record<string, string> {
  return /\b(woman|female|she|her|lady)\b/.test(text) ? WOMEN_HAIR : MEN_HAIR;
}

/** What a picture's prompt says of a face, as the drawing's options; the seed decides what it does not say. */
export function looksOf(prompt: string, seed: string): Record<string, string | number> {
  const { arrayElement, objectValue } = seededFaker(seed).helpers;
  const text = prompt.toLowerCase().replaceAll("grey", "gray");
  // Only what is said of the hair: "a long coat" is no long hair.
  const hair = /([^.;]*)\bhair\b/.exec(text)?.[1] ?? "";
  const shade = named(hair, HAIR_COLORS) ?? objectValue(HAIR_COLORS);
  const worn = named(hair, hairTable(text)) ?? objectValue(hairTable(text));
  const beard = named(text, FACIAL_HAIR);
  return {
    hairVariant: /\bbald\b/.test(text) ? "bald" : worn,
    hairColor: shade,
    facialHairColor: shade,
    facialHairProbability: beard ? 100 : 0,
    facialHairVariant: beard ?? "shadow",
    eyesVariant: /glasses/.test(text) ? "glasses" : arrayElement(["open", "happy"]),
    mouthVariant: /broad|laugh|grin/.test(text) ? "bigSmile" : arrayElement(["smile", "smirk"]),
    noseVariant: WRINKLES.test(text) ? "wrinkles" : arrayElement(["mediumRound", "smallRound"]),
    clothesVariant: named(text, CLOTHES) ?? objectValue(CLOTHES),
    clothingColor: named(text, CLOTHES_COLORS) ?? objectValue(CLOTHES_COLORS),
    skinColor: arrayElement(SKINS),
    backgroundColor: arrayElement(BACKGROUNDS),
  };
}
