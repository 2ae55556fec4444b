/** A request of a batch that was answered, so that it is paid, at half the price of a call. */
export interface BilledLine {
  readonly endpoint: string;
  readonly model: unknown;
  readonly usage: unknown;
}

/** The oldest goes when one more comes. */
const MAX_LINES = 100_000;

export function createBill() {
  const lines: BilledLine[] = [];
  return {
    lines,
    add(line: BilledLine): void {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    },
    clear: () => void lines.splice(0),
  };
}
