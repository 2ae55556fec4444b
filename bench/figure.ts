/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  /** What it is measured against. */
  readonly bare: string;
  /** The number that DESIGN.md holds us to. */
  readonly number: number;
  /** Undefined where there is no such number; it is told all the same. */
  readonly hold?: { readonly atLeast: number } | { readonly atMost: number };
}

export function holds({ number, hold }: Figure): boolean {
  if (!hold) return true;
  return "atLeast" in hold ? number >= hold.atLeast : number <= hold.atMost;
}

function holdText({ hold }: Figure): string {
  if (!hold) return "";
  return "atLeast" in hold ? `≥ ${hold.atLeast}` : `≤ ${hold.atMost}`;
}

function verdict(figure: Figure): string {
  if (!figure.hold) return "";
  return holds(figure) ? "ok" : "DOES NOT HOLD";
}

const HEAD = ["what", "ours", "bare", "number", "hold", ""];

/** A table for a terminal, which is Markdown too. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, ours, bare, number } = figure;
    return [what, ours, bare, number.toFixed(2), holdText(figure), verdict(figure)];
  });
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...[HEAD, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [HEAD, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}
