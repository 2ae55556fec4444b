export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export interface Pair {
  readonly ours: number;
  readonly bare: number;
}

export interface Comparison extends Pair {
  /** The median of each pair's own ratio, which what else goes on on the machine moves least. */
  readonly ratio: number;
}

/** Measures one, then the other, over and over; the first pair warms both up and does not count. */
export async function alternate(
  pairs: number,
  ours: () => Promise<number>,
  bare: () => Promise<number>,
): Promise<Comparison> {
  const found: Pair[] = [];
  for (let pair = 0; pair <= pairs; pair += 1) {
    const oursFirst = pair % 2 === 0; // whatever drifts favours neither
    const first = oursFirst ? await ours() : await bare();
    const second = oursFirst ? await bare() : await ours();
    if (pair > 0) found.push(oursFirst ? { ours: first, bare: second } : { ours: second, bare: first });
  }
  return {
    ours: median(found.map(({ ours }) => ours)),
    bare: median(found.map(({ bare }) => bare)),
    ratio: median(found.map(({ ours, bare }) => ours / bare)),
  };
}
