import { seededFaker } from "../seeded-faker.ts";
import { CLOTHES, COLORS, DARK_HAIR, FACIAL_HAIR, GRAY_HAIR, MEN_HAIR, WOMEN_HAIR } from "./look-words.ts";

/** Stronger than skin is: the drawing lays a veil of white over every face. */
const SKINS = ["#f0b493", "#e8a377", "#d98e5a", "#b96f3c", "#96552a", "#713a14"];
const BACKGROUNDS = ["#e9efe6", "#e4ecf1", "#f2ebdf", "#efe6ea", "#e6e8f2"];

function named(text: string, table: Record<string, string>): string | undefined {
  return Object.entries(table).find(([name]) => text.includes(name))?.[1];
}

/** What a portrait's prompt says of a face, as the drawing's options; what it does not say is as it falls, for the same prompt the same. */
export function looksOf(prompt: string): Record<string, string | number> {
  const { arrayElement, objectValue } = seededFaker(prompt).helpers;
  const text = prompt.toLowerCase();
  // Only what is said of the hair: "a long coat" is no long hair.
  const hair = /([^.;:]*)\bhair\b/.exec(text)?.[1] ?? "";
  const worn = /\b(woman|female|she|lady)\b/.test(text) ? WOMEN_HAIR : MEN_HAIR;
  const shade = named(hair, GRAY_HAIR) ?? named(hair, DARK_HAIR) ?? objectValue(DARK_HAIR);
  const beard = named(text, FACIAL_HAIR);
  return {
    hairVariant: /\bbald\b/.test(text) ? "bald" : (named(hair, worn) ?? objectValue(worn)),
    hairColor: shade,
    facialHairColor: shade,
    facialHairProbability: beard ? 100 : 0,
    facialHairVariant: beard ?? "shadow",
    eyesVariant: text.includes("glasses") ? "glasses" : arrayElement(["open", "happy"]),
    mouthVariant: text.includes("broad") ? "bigSmile" : arrayElement(["smile", "smirk"]),
    noseVariant: /\b[6-9]\d\b/.test(text) ? "wrinkles" : arrayElement(["mediumRound", "smallRound"]),
    clothesVariant: named(text, CLOTHES) ?? objectValue(CLOTHES),
    clothingColor: named(text, COLORS) ?? objectValue(COLORS),
    skinColor: arrayElement(SKINS),
    backgroundColor: arrayElement(BACKGROUNDS),
  };
}
