import { crc32 } from "node:zlib";
import { faker } from "@faker-js/faker/locale/en_US";

export type SeededFaker = typeof faker;

/**
 * Words, names and numbers that follow from the seed alone. There is one generator for the process: what is
 * made from a seed is made in one go, without awaiting anything.
 */
export function seededFaker(seed: string): SeededFaker {
  faker.seed(crc32(seed));
  return faker;
}
