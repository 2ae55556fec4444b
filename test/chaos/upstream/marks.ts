import { createHash } from "node:crypto";
import sharp from "sharp";
import { persona } from "../../support/persona.ts";

/** A question's mark, such as `Q12Z`: nothing else in the storm is spelled so. */
export const MARK = /Q\d+Z/g;
/** A portrait's look: its question's mark, which set of it, which persona. */
export const LOOK = /Q\d+Z-g\d+-\d+/;

export const toMark = (number: number) => `Q${number}Z`;
/** The mark of the question that a look is of. */
export const toQuestion = (look: string) => look.split("-")[0] ?? "";
export const toLook = (mark: string, generation: number, index: number) => `${mark}-g${generation}-${index}`;

// Short answers and long ones; a mark and a number in every word, so that a lost one shows.
const MIN_WORDS = 6;
const MORE_WORDS = 60;

/** What the upstream says to a chat, whole. */
export function chatText(mark: string): string {
  const number = Number(mark.slice(1, -1));
  return Array.from({ length: MIN_WORDS + (number % MORE_WORDS) }, (_, word) => `${mark}:${word}`).join(" ");
}

/** One set of personas, as the model writes it. */
export function personasText(mark: string, generation: number, count: number): string {
  const looks = Array.from({ length: count }, (_, index) => toLook(mark, generation, index));
  const personas = looks.map((look) => persona(`looks like ${look}`, look));
  return JSON.stringify({ personas });
}

export const sha256 = (text: string | Uint8Array) => createHash("sha256").update(text).digest("hex");

const WIDTH = 600; // wider than the widest size that is kept

/** A portrait of one colour, which its look decides. */
export async function portraitOf(look: string): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash("sha256").update(look).digest();
  return await sharp({ create: { width: WIDTH, height: WIDTH, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}
