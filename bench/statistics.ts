/** The value below which that share of them lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const lower = sorted[Math.floor(position)] ?? Number.NaN;
  const upper = sorted[Math.ceil(position)] ?? Number.NaN;
  return lower + (upper - lower) * (position % 1);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The middle half. */
export type Spread = readonly [low: number, high: number];

export function spreadOf(values: readonly number[]): Spread {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

export interface Pair<T> {
  readonly ours: T;
  readonly bare: T;
}

/** Measures one, then the other, over and over; the first pair warms both up and does not count. */
export async function alternate<T>(
  pairs: number,
  ours: () => Promise<T>,
  bare: () => Promise<T>,
): Promise<Pair<T>[]> {
  const found: Pair<T>[] = [];
  for (let pair = 0; pair <= pairs; pair += 1) {
    const oursFirst = pair % 2 === 0; // whatever drifts favours neither
    const first = oursFirst ? await ours() : await bare();
    const second = oursFirst ? await bare() : await ours();
    if (pair > 0) found.push(oursFirst ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  return found;
}

export interface Comparison extends Pair<number> {
  /** The median of each pair's own ratio, which what else goes on on the machine moves least. */
  readonly number: number;
  readonly spread: Spread;
}

export function compare<T>(
  pairs: readonly Pair<T>[],
  measure: (one: T) => number,
  relate: (ours: number, bare: number) => number = (ours, bare) => ours / bare,
): Comparison {
  const found = pairs.map(({ ours, bare }) => ({ ours: measure(ours), bare: measure(bare) }));
  const related = found.map(({ ours, bare }) => relate(ours, bare));
  return {
    ours: median(found.map(({ ours }) => ours)),
    bare: median(found.map(({ bare }) => bare)),
    number: median(related),
    spread: spreadOf(related),
  };
}
