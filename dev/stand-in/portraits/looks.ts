import type { Random } from "../random.ts";
import { pick, seededRandom } from "../random.ts";
import {
  BACKGROUNDS,
  CLOTHES,
  CLOTHES_COLORS,
  FACIAL_HAIR,
  HAIR_COLORS,
  MEN_HAIR,
  WOMEN_HAIR,
} from "./look-words.ts";

export type Looks = Record<string, string | number>;

/** Stronger than skin is: the drawing lays a veil of white over every face. */
const SKINS = ["#f0b493", "#e8a377", "#d98e5a", "#b96f3c", "#96552a", "#713a14"];
const FAIR = [HAIR_COLORS.blond, HAIR_COLORS.auburn];
const WRINKLES = /sixt|sevent|eight|ninet|gray|white hair|retire|\b[6-9]\d\b/i;

/** The value of the longest name that the text contains: "dark brown" before "brown". */
function named<T>(text: string, table: Record<string, T>): T | undefined {
  const names = Object.keys(table).sort((a, b) => b.length - a.length);
  const found = names.find((name) => text.includes(name));
  return found === undefined ? undefined : table[found];
}

function hairOf(text: string, random: Random): string {
  if (/\bbald\b/.test(text)) return "bald";
  const woman = /\b(woman|female|she|her|lady)\b/.test(text);
  const man = /\b(man|male|he|his)\b/.test(text);
  const table: Record<string, string> =
    man && !woman ? MEN_HAIR : woman ? WOMEN_HAIR : { ...WOMEN_HAIR, ...MEN_HAIR };
  // Only what is said of the hair: "a long coat" is no long hair.
  const said = /([^.;]*)\bhair\b/.exec(text)?.[1] ?? "";
  return named(said, table) ?? pick(random, Object.values(table));
}

/** What a picture's prompt says of a face, as the drawing's options; the seed decides what it does not say. */
export function looksOf(prompt: string, seed: string): Looks {
  const text = prompt.toLowerCase().replaceAll("grey", "gray").replaceAll("silver", "white");
  const random = seededRandom(seed);
  const beard = named(text, FACIAL_HAIR);
  const hairColor = named(/([^.;]*)\bhair\b/.exec(text)?.[1] ?? "", HAIR_COLORS);
  const shade = hairColor ?? pick(random, Object.values(HAIR_COLORS));
  return {
    hairVariant: hairOf(text, random),
    hairColor: shade,
    facialHairColor: shade,
    facialHairProbability: beard ? 100 : 0,
    facialHairVariant: beard ?? "shadow",
    eyesVariant: /glasses|spectacles/.test(text) ? "glasses" : pick(random, ["open", "open", "happy"]),
    mouthVariant: /broad|laugh|grin/.test(text) ? "bigSmile" : pick(random, ["smile", "smile", "smirk"]),
    noseVariant: WRINKLES.test(text) ? "wrinkles" : pick(random, ["mediumRound", "smallRound"]),
    clothesVariant: named(text, CLOTHES) ?? pick(random, Object.values(CLOTHES)),
    clothingColor: named(text, CLOTHES_COLORS) ?? pick(random, Object.values(CLOTHES_COLORS)),
    skinColor: pick(random, FAIR.includes(shade) ? SKINS.slice(0, 3) : SKINS),
    backgroundColor: pick(random, BACKGROUNDS),
  };
}
