import type { Traits } from "./schema.ts";

/** Whom a portrait shows. */
export type Likeness = Pick<Traits, "age" | "gender" | "appearance"> & Partial<Pick<Traits, "occupation">>;

// What the model wrote may be long, and an image prompt has its bound. Characters.
const MAX_APPEARANCE = 600;
const MAX_WORDS = 80;

/** One line of at most `length` characters. */
function line(text: string, length: number): string {
  const whole = text.replace(/\s+/g, " ").trim();
  return whole.length <= length ? whole : whole.slice(0, length).toWellFormed();
}

/** What the image model is asked for. Only what can be seen goes in: no name, no health, no money. */
export function portraitPrompt({ appearance = "", age, gender, occupation }: Likeness): string {
  const looks = line(appearance, MAX_APPEARANCE).replace(/[.\s]+$/, "");
  const clothing =
    occupation === undefined
      ? ""
      : `Occupation, as a hint for clothing only: ${line(occupation, MAX_WORDS)}. `;
  return (
    `Professional portrait photograph, head and shoulders, of one ${age}-year-old person ` +
    `(${line(gender, MAX_WORDS)}): ${looks}. ${clothing}` +
    "Natural, respectful and dignified, not a stereotype; true to the age, realistic skin and hair. " +
    "Soft natural light, plain light background, clean minimal style, eye level, looking at the camera. " +
    "No text, letters, numbers, logos, badges, watermarks or frames; nobody else in the picture."
  );
}

const LETTER = /^[\p{L}\p{N}]/u;

/** The first letters of the first and the last word of a name; empty where it has none. */
export function toInitials(name: string): string {
  const words = line(name, MAX_APPEARANCE)
    .split(" ")
    .filter((word) => LETTER.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word = "") => firstLetter(word).toLocaleUpperCase("en")).join("");
}

const MAX_MARKS = 4; // a letter may carry marks, and a hostile one hundreds

/** With the marks that belong to it (Unicode UAX #29). */
function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter("en").segment(word);
  return [...(first?.segment ?? "")].slice(0, MAX_MARKS).join("");
}
