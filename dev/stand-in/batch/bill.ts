/** A request of a batch that was answered, so that it is paid. */
export interface BilledLine {
  readonly endpoint: string;
  readonly model: unknown;
  readonly usage: unknown;
}

export type Bill = ReturnType<typeof createBill>;

/** The oldest goes when one more comes. */
const MAX_LINES = 100_000;

/** What the API's maker would ask for batches, at half the price of each. */
export function createBill() {
  const lines: BilledLine[] = [];
  return {
    add(line: BilledLine): void {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    },
    lines: (): readonly BilledLine[] => lines,
    clear: () => void lines.splice(0),
  };
}
