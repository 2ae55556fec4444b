import type { BindingFault } from "../server/faults.ts";

/** A span of time. Milliseconds since the epoch, by the machine's clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One request of the storm, and how it ended. */
export interface Sent extends Span {
  readonly what: string;
  /** Of the question that it asked, if any. */
  readonly mark: string | undefined;
  /**
   * `problem`: a typed error, as a status or as a stream's last event. `hung up`: by the storm. `broken`: the
   * connection went. `late`: there was no end. `wrong`: not as the contract and the OpenAPI document say.
   */
  readonly end: "answer" | "problem" | "hung up" | "broken" | "late" | "wrong";
  readonly status: number;
  /** A problem's code, or what is wrong. */
  readonly code: string | undefined;
}

/** A distinct piece of work, known by its mark, which the upstream's answer to it repeats. */
export interface Question {
  readonly mark: string;
  readonly kind: "personas" | "chat";
  /** Of the person who asked; undefined for a job of the administration's. */
  readonly person: string | undefined;
  /** SHA-256 of the address that it was asked from. */
  readonly addressHash: string;
  /** Personas in a set. */
  readonly count: number;
  /** How often it may be paid for, were there no crash: once, and once more for each refresh, stop or second set of rights. */
  runs: number;
}

/** What somebody was told. */
export interface Answer {
  readonly mark: string;
  readonly what: string;
  /** It ended as a whole answer does; else it is the beginning of one. */
  readonly whole: boolean;
  /** A chat's text; the names of a set's personas, a line each. */
  readonly text: string;
}

/** One call that the upstream had, and what it billed. US dollars. */
export interface Call extends Span {
  /** The question's, or the portrait's look. */
  readonly mark: string;
  readonly kind: "personas" | "chat" | "portrait";
  /** What its usage costs by the price list; 0 where it was refused; undefined where nobody was told. */
  readonly billedUsd: number | undefined;
  readonly worstUsd: number;
  /** It gave the whole answer, a good one, to its end. */
  readonly good: boolean;
}

/** What the service's own books say of one piece of work. */
export interface Entry {
  readonly id: string;
  readonly calls: number;
  readonly costUsd: number;
}

export interface Books {
  /** Rows of `request_log`, by the question's mark. */
  readonly runs: ReadonlyMap<string, readonly Entry[]>;
  /** Rows of `persona_images`, by the portrait's look; of what was erased what they had cost by then, without an id. */
  readonly portraits: ReadonlyMap<string, readonly Entry[]>;
  /** Sums over all days: what the stats say was spent on text, and what `request_log` has; the same for portraits. */
  readonly spentUsd: { readonly totals: number; readonly rows: number };
  readonly portraitsUsd: { readonly totals: number; readonly rows: number };
  /** What the day's limit counts as spent or set aside, over all days. */
  readonly limitsUsd: number;
}

/** How a stored portrait was served, at one size. */
export interface Served {
  readonly look: string;
  readonly size: string;
  /** Undefined where it was as it should be. */
  readonly wrong: string | undefined;
}

/** Something of an erased person that was found. */
export interface Remain {
  readonly person: string;
  readonly where: string;
}

/** All that is known at the end. */
export interface Evidence {
  readonly questions: readonly Question[];
  readonly sent: readonly Sent[];
  readonly answers: readonly Answer[];
  readonly calls: readonly Call[];
  /** From each kill until the server answered again. */
  readonly kills: readonly Span[];
  readonly faults: readonly BindingFault[];
  readonly erased: readonly string[];
  readonly books: Books;
  readonly served: readonly Served[];
  /** What should have come to its end by now. */
  readonly stuck: readonly string[];
  readonly remains: readonly Remain[];
  /** What the server said, in all of its lives. */
  readonly serverLog: string;
}

export interface Finding {
  readonly check: string;
  readonly what: string;
  /** What explains it, so that it is none: a kill, with its call. */
  readonly explainedBy?: string;
}
