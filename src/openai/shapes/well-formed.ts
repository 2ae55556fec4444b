/** Unicode's control characters but tab, line feed and carriage return. */
const CONTROL = /[^\P{Cc}\t\n\r]/u;
const CONTROLS = /[^\P{Cc}\t\n\r]/gu;
const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/** CONTRACT §2: a lone surrogate becomes U+FFFD, control characters go. */
export function wellFormed(text: string): string {
  const clean = CONTROL.test(text) ? text.replace(CONTROLS, "") : text;
  return clean.isWellFormed() ? clean : clean.toWellFormed();
}

/** The same for every text within a JSON value. It is as deep as the JSON that it was read from. */
export function wellFormedValue(value: unknown): unknown {
  if (typeof value === "string") return wellFormed(value);
  if (Array.isArray(value)) return value.map(wellFormedValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [wellFormed(name), wellFormedValue(member)]),
  );
}

/** The same for text that comes in pieces: a pair of surrogates that two of them share stays one. */
export function createTextCleaner() {
  let held = "";
  return {
    write(piece: string): string {
      const text = held + piece;
      held = HIGH_SURROGATE_AT_END.exec(text)?.[0] ?? "";
      return wellFormed(held === "" ? text : text.slice(0, -1));
    },
    /** What stood at the very end. */
    end: () => wellFormed(held),
  };
}
