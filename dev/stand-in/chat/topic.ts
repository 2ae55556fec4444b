/**
 * One subject that Newton can talk about. An answer is one opening, one explanation, one piece of advice and one
 * question, 80 to 200 words in all, so that the same question is not always answered in the same words.
 */
export interface Topic {
  /** How the subject is called in a sentence. */
  readonly name: string;
  readonly pattern: RegExp;
  readonly openings: readonly string[];
  readonly explanations: readonly string[];
  readonly advice: readonly string[];
  readonly asks: readonly string[];
  /** Said when this is the second subject of a question. */
  readonly gist: string;
  /** Said when a persona is known that has each member named in braces. */
  readonly personal: readonly string[];
}
