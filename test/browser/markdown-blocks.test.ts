import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdownBlocks } from "../../playground/markdown-blocks.ts";

describe("the pieces of a text in Markdown", () => {
  it("are the text again, whatever it is", () => {
    const line = fc.constantFrom(
      "",
      " ",
      "Words",
      "- an item",
      "  more of it",
      "2. two",
      "```",
      "~~~js",
      "| a |",
      "\r",
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(markdownBlocks(lines.join("\n")).join("\n")).toBe(lines.join("\n"));
      }),
    );
  });

  it("begin after an empty line, and neither in a list nor in code", () => {
    const list = "Two ways:\n\n1. One\n\n   more of it\n\n2. Two\n";
    const code = "```\na\n\nb\n```\n";
    expect(markdownBlocks(`Words\nof one\n\n${list}\n${code}\nThe end`)).toEqual([
      "Words\nof one\n",
      list,
      code,
      "The end",
    ]);
  });
});
