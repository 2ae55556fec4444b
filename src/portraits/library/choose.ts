import type { Hasher } from "../../hash.ts";
import type { Gender, LibraryPortrait } from "./list.ts";

/** What of a persona decides which portrait it shows. */
export interface Likeness {
  readonly name: string;
  /** Years. */
  readonly age: number;
  /** As the model wrote it, in whatever language. */
  readonly gender: string;
  readonly occupation: string;
  readonly location: string;
}

const NEITHER = /non-?\s?binary|no binari|agender|gender-?\s?(queer|fluid|neutral)|two-?\s?spirit/;
const WOMAN = /\b(woman|women|female|girl|lady|she|f|mujer|femenin[oa]|niña|femme)\b/;
const MAN = /\b(man|men|male|boy|gentleman|he|m|hombre|masculin[oa]|niño|homme)\b/;

/** `person` where the words say neither of the two, or both. */
export function toGender(words: string): Gender {
  const text = words.toLowerCase();
  const [woman, man] = [WOMAN.test(text), MAN.test(text)];
  if (NEITHER.test(text) || woman === man) return "person";
  return woman ? "woman" : "man";
}

/**
 * The portrait that fits a persona best: the nearest in age among those of its gender that are not `taken` by
 * others of its set. Of several, the same persona gets the same one again, also when the list grows (rendezvous
 * hashing), and all are used alike.
 */
export function choosePortrait<P extends LibraryPortrait & { readonly key: string }>(
  library: readonly P[],
  { name, age, gender, occupation, location }: Likeness,
  taken: ReadonlySet<string>,
  hash: Hasher,
): P {
  const wanted = toGender(gender);
  const free = library.filter((portrait) => portrait.gender === wanted && !taken.has(portrait.key));
  const distance = Math.min(...free.map((portrait) => Math.abs(portrait.age - age)));
  const who = JSON.stringify([name, age, gender, occupation, location]);
  const [chosen] = free
    .filter((portrait) => Math.abs(portrait.age - age) === distance)
    .map((portrait) => ({ portrait, rank: hash(who + portrait.key) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1));
  if (!chosen) throw new RangeError("every portrait of this gender is taken"); // a set has ten, a gender forty
  return chosen.portrait;
}
