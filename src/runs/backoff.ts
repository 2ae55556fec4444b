/** Doubles from `firstMs` with each attempt after the first, to `maxMs` at most. `attempt` counts from 1. Milliseconds. */
export function doubling(attempt: number, firstMs: number, maxMs: number): number {
  return Math.min(firstMs * 2 ** (attempt - 1), maxMs);
}
