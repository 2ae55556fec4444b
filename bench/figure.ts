import type { Comparison, Spread } from "./statistics.ts";

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly ours: string;
  /** What it is measured against. */
  readonly bare: string;
  readonly number: number;
  /** Of the pairs that the number is the median of. */
  readonly spread?: Spread;
  /** The number that the design holds us to. Undefined where there is none; it is told all the same. */
  readonly hold?: { readonly atLeast: number } | { readonly atMost: number };
}

/** The machine's load (uptime(1), the last minute) when a row began and when it ended. */
export type Load = readonly [before: number, after: number];

export interface LoadedFigure extends Figure {
  readonly load: Load;
}

/** A line of a comparison; `show` writes one of its two sides. */
export function figureOf(
  what: string,
  { ours, bare, number, spread }: Comparison,
  show: (value: number) => string,
  hold?: Figure["hold"],
): Figure {
  return { what, ours: show(ours), bare: show(bare), number, spread, ...(hold && { hold }) };
}

export const millis =
  (digits = 0) =>
  (ms: number) =>
    `${ms.toFixed(digits)} ms`;
export const micros = (us: number) => `${us.toFixed(0)} µs`;
export const perSecond = (rate: number) => `${rate.toFixed(0)} req/s`;

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

const range = (values: readonly number[] = [], digits: number) =>
  values.map((value) => value.toFixed(digits)).join(" to ");

const HEAD = ["what", "ours", "bare", "number", "middle half", "hold", "", "load"];

/** A table for a terminal, which is Markdown too. */
export function table(figures: readonly LoadedFigure[]): string {
  const rows = figures.map((figure) => {
    const { what, ours, bare, number, spread, load } = figure;
    const found = [what, ours, bare, number.toFixed(2), range(spread, 2)];
    return [...found, holdText(figure), verdict(figure), range(load, 1)];
  });
  const widths = HEAD.map((_, column) =>
    Math.max(3, ...[HEAD, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [HEAD, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}
