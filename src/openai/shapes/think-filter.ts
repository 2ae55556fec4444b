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
