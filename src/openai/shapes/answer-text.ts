const OPEN = "<think>";
const CLOSE = "</think>";
/** More white space than this before it is an answer of white space. Characters. */
const MAX_BEFORE = 1_024;

/**
 * Leaves out a `<think>…</think>` that stands at the beginning, which some models write where others have a
 * member of its own for it. What stands before it is white space, a byte order mark among it.
 */
export function createThinkFilter() {
  let state: "before" | "inside" | "behind" | "after" = "before";
  let held = "";

  /** The white space behind it goes, too, in however many pieces it comes. */
  function behind(text: string): string {
    const start = text.trimStart();
    if (start !== "") state = "after";
    return start;
  }

  function inside(text: string): string {
    const end = text.indexOf(CLOSE);
    if (end < 0) {
      held = text.slice(1 - CLOSE.length); // it may hold the beginning of the end
      return "";
    }
    state = "behind";
    held = "";
    return behind(text.slice(end + CLOSE.length));
  }

  function before(text: string): string {
    const start = text.trimStart();
    const far = text.length - start.length > MAX_BEFORE;
    if (!far && start.startsWith(OPEN)) {
      state = "inside";
      return inside(start.slice(OPEN.length));
    }
    held = text;
    if (!far && OPEN.startsWith(start)) return "";
    state = "after";
    held = "";
    return text;
  }

  return {
    write(piece: string): string {
      if (state === "after") return piece;
      if (state === "behind") return behind(piece);
      return state === "inside" ? inside(held + piece) : before(held + piece);
    },
    /** What waited, where no more comes. Of thinking that never ended, nothing. */
    end: () => (state === "before" ? held : ""),
  };
}

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
