/** `person`: neither of the other two, or not said. */
export const GENDERS = ["woman", "man", "person"] as const;
export type Gender = (typeof GENDERS)[number];

/** A portrait that fits many people: whom it shows, and how they look. */
export interface LibraryPortrait {
  /** Years. */
  readonly age: number;
  readonly gender: Gender;
  /** The word for somebody of this age and gender. */
  readonly noun: string;
  readonly appearance: string;
}

const AGES = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90];
/** Of each age and gender: two personas of one set are rarely shown the next age. */
const EACH = 4;

const CHILDREN: Readonly<Record<Gender, string>> = { woman: "girl", man: "boy", person: "child" };
const ADULTS: Readonly<Record<Gender, string>> = {
  woman: "woman",
  man: "man",
  person: "person of androgynous looks",
};

const HERITAGES = [
  "West African",
  "East Asian",
  "Northern European",
  "Latin American",
  "South Asian",
  "African American",
  "Mediterranean",
  "Native American",
  "Southeast Asian",
  "East African",
  "Middle Eastern",
  "Eastern European",
];
/** From an age on. */
const HAIR: readonly (readonly [age: number, styles: readonly string[]])[] = [
  [0, ["soft first hair", "a small tuft of hair", "hardly any hair yet", "fine short hair"]],
  [10, ["short hair", "chin-length hair", "curly hair", "hair that is tied back"]],
  [50, ["short hair that turns gray", "chin-length gray hair", "graying curly hair", "graying tied-up hair"]],
  [70, ["short white hair", "chin-length gray hair", "curly white hair", "tied-up gray hair"]],
];
const CLOTHES = ["navy shirt", "teal sweater", "mustard cardigan", "plum sweater", "navy cardigan"];
const EXPRESSIONS = ["a calm smile", "a warm and attentive look", "a thoughtful look"];

function toHair(age: number, variant: number): string {
  return HAIR.findLast(([from]) => age >= from)?.[1][variant] ?? "";
}

function accessory(age: number, gender: Gender, variant: number): string {
  if (age >= 10 && variant === 1) return ", glasses";
  return age >= 30 && gender === "man" && variant === 2 ? ", a short beard" : "";
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function describe(age: number, gender: Gender, variant: number): LibraryPortrait {
  const step = AGES.indexOf(age) + GENDERS.indexOf(gender); // so that each gender has every heritage
  const heritage = at(HERITAGES, step * EACH + variant);
  const clothes = at(CLOTHES, step + variant);
  const expression = at(EXPRESSIONS, step + 2 * variant);
  const noun = (age < 18 ? CHILDREN : ADULTS)[gender];
  const looks = `${toHair(age, variant)}${accessory(age, gender, variant)}, ${clothes}, ${expression}`;
  const who = age === 0 ? "a baby of a few months, " : "";
  return { age, gender, noun, appearance: `${who}${heritage} heritage, ${looks}` };
}

/** A hundred and twenty, as many of each age, gender and heritage. A changed description is a new portrait. */
export const LIBRARY: readonly LibraryPortrait[] = AGES.flatMap((age) =>
  GENDERS.flatMap((gender) => Array.from({ length: EACH }, (_, variant) => describe(age, gender, variant))),
);
