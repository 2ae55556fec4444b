import { asRecord } from "../as-record.ts";
import { Unusable } from "./parse.ts";

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly cachedInput: number;
  /** Of input that is put into the prompt cache. */
  readonly cacheWrite: number;
  readonly output: number;
}
export type Prices = Readonly<Record<string, Price>>;

const IMAGE: Price = { input: 5, cachedInput: 1.25, cacheWrite: 5, output: 30 };

/** Read from the maker's price list on 2026-11-22. `MODEL_PRICES` adds to these or overrides them. */
export const BUILT_IN_PRICES: Prices = {
  "gpt-6.1-sol": { input: 2, cachedInput: 0.1, cacheWrite: 2.5, output: 10 },
  "gpt-6.1-terra": { input: 1, cachedInput: 0.05, cacheWrite: 1.25, output: 5 },
  "gpt-6-luna": { input: 0.1, cachedInput: 0.01, cacheWrite: 0.125, output: 0.5 },
  "gpt-image-2.6-flare": IMAGE,
  "gpt-image-2.6-sunburst": IMAGE,
};

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function price(value: unknown): Price {
  const given = asRecord(value);
  const { input, cachedInput, cacheWrite = input, output, ...rest } = given;
  const amounts = isAmount(input) && isAmount(cachedInput) && isAmount(cacheWrite) && isAmount(output);
  if (amounts && Object.keys(rest).length === 0) return { input, cachedInput, cacheWrite, output };
  throw new Unusable(
    'must give each model {"input", "cachedInput", "cacheWrite", "output"} in dollars for a million tokens',
  );
}

/** The built-in table with `MODEL_PRICES` over it. */
export function prices(text: string): Prices {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Unusable("must be JSON");
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new Unusable("must be a JSON object of model names");
  }
  const entries = Object.entries(given).map(([model, value]) => [model, price(value)] as const);
  return { ...BUILT_IN_PRICES, ...Object.fromEntries(entries) };
}
