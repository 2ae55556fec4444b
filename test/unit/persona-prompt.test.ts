import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/hash.ts";
import { personaMessages, promptVersion } from "../../src/personas/generation/prompt.ts";

describe("the prompt's version", () => {
  // Another hash here means that the model is sent something else: raise PROMPT_VERSION, then take it over.
  it.each([
    ["persona", 2, "aa7d319b82b1db150ff78a1563e090115661ccc072cbcdd3d9546b6be9d376e4"],
    ["library", "library-2", "8b6ea346f993962c9e1a381fc1d13e47346c85502fcb8cf0b557e160e733a2a9"],
  ] as const)("is what it is for the text and the schema of %s", (portraits, version, hash) => {
    const sent = JSON.stringify(personaMessages({ lead: "{}", count: 3 }, portraits));
    expect([promptVersion(portraits), sha256(sent)]).toEqual([version, hash]);
  });
});
