const FENCE = /^ {0,3}(```|~~~)/;
const LIST_ITEM = /^([-*+]|\d{1,9}[.)])\s/;

/**
 * A text in Markdown in pieces that mean the same alone: what follows an empty line at the margin, but for items of
 * a list, which may belong to the one before. So a long answer is read anew from its last piece only.
 */
export function markdownBlocks(text: string): string[] {
  const blocks: string[] = [];
  let lines: string[] = [];
  let fence: string | undefined;
  let afterBlank = false;
  for (const line of text.split("\n")) {
    const starts = /^\S/.test(line) && !LIST_ITEM.test(line);
    if (afterBlank && starts && !fence) {
      blocks.push(lines.join("\n"));
      lines = [];
    }
    const mark = FENCE.exec(line)?.[1];
    if (mark && (!fence || fence === mark)) fence = fence ? undefined : mark;
    afterBlank = line.trim() === "";
    lines.push(line);
  }
  return [...blocks, lines.join("\n")];
}
