import { createHash } from "node:crypto";
import sharp from "sharp";

/** A question's mark, such as `Q12Z`: nothing else in the storm is spelled so. */
export const MARK = /Q\d+Z/g;
/** A portrait's look: its question's mark, which set of it, which persona. */
export const LOOK = /Q\d+Z-g\d+-\d+/;

export const toMark = (number: number) => `Q${number}Z`;
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
  const personas = Array.from({ length: count }, (_, index) => ({
    name: toLook(mark, generation, index),
    description: "d",
    age: 40,
    gender: "woman",
    location: "l",
    household: "h",
    occupation: "nurse",
    annualIncomeUsd: 50_000,
    currentCoverage: "c",
    healthContext: "h",
    coverageNeeds: ["n"],
    priorities: ["p"],
    preferredPlanType: "t",
    concerns: ["c"],
    budget: { monthlyPremiumUsd: 300, annualDeductibleUsd: 2_000 },
    questionsToAsk: ["q"],
    communicationStyle: "s",
    appearance: `looks like ${toLook(mark, generation, index)}`,
  }));
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
