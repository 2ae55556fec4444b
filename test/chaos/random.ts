import { en, Faker } from "@faker-js/faker";

export type Random = Faker;

/** Draws that follow from the seed alone. Each `stream` has its own, whatever the others draw. */
export function seededRandom(seed: number, stream: number): Random {
  const random = new Faker({ locale: en });
  random.seed([seed, stream]);
  return random;
}
