export const NUMBER_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export function inWords(count: number): string {
  return NUMBER_WORDS[count] ?? String(count);
}
