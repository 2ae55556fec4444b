import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswerParser } from "../../src/personas/generation/answer-parser.ts";
import { answerSchema } from "../../src/personas/generation/prompt.ts";
import type { Traits } from "../../src/personas/schema.ts";

const persona = (name: string): Traits => ({
  name,
  description: 'Says "hi" {to} [you], \\ and 🧑‍⚕️ — é',
  age: 40,
  gender: "woman",
  location: "Austin, Texas",
  household: "alone",
  occupation: "nurse",
  annualIncomeUsd: 50_000.5,
  currentCoverage: "none",
  healthContext: "asthma",
  coverageNeeds: ["a", "b"],
  priorities: [],
  preferredPlanType: "PPO",
  budget: { monthlyPremiumUsd: 300, annualDeductibleUsd: 1_500 },
  concerns: [],
  questionsToAsk: [],
  communicationStyle: "plain",
  appearance: "short hair",
});

function read(pieces: readonly string[], expected: number) {
  const personas: Traits[] = [];
  const parser = createAnswerParser({ count: expected, portraits: "persona" }, (found) =>
    personas.push(found),
  );
  for (const piece of pieces) parser.write(piece);
  return { personas, whole: parser.end() };
}

describe("a model's answer", () => {
  const two = [persona("Ann"), persona("Bob")];
  const text = JSON.stringify({ personas: two });

  it("gives the same personas wherever it is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 40 }), (cuts) => {
        const ends = [...cuts, text.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        expect(read(pieces, 2)).toEqual({ personas: two, whole: true });
      }),
    );
    expect(read([...text], 2)).toEqual({ personas: two, whole: true }); // by code point
    expect(read(text.split(""), 2)).toEqual({ personas: two, whole: true }); // by UTF-16 unit
  });

  it("gives each persona at the very character that completes it", () => {
    const found: number[] = [];
    const parser = createAnswerParser({ count: 2, portraits: "persona" }, () => found.push(at));
    let at = 0;
    for (const unit of text.split("")) {
      parser.write(unit);
      at += 1;
    }
    const firstEnd = text.indexOf(JSON.stringify(two[0])) + JSON.stringify(two[0]).length;
    expect(found[0]).toBe(firstEnd - 1);
  });

  it("leaves out members that were not asked for", () => {
    const extra = { personas: [{ ...persona("Ann"), id: "mine", __proto__: 1, imageUrl: "http://evil" }] };
    expect(read([JSON.stringify(extra)], 1)).toEqual({ personas: [persona("Ann")], whole: true });
  });

  it.each([
    ["a byte order mark", `\uFEFF${text}`],
    ["white space", `\n \t${text}\r\n`],
    ["a fence with its language", `\`\`\`json\n${text}\n\`\`\`\n`],
    ["a fence with more behind its language", `\`\`\` json title="personas"\r\n${text}\n\`\`\``],
    ["a longer fence", `\`\`\`\`json\n${text}\n\`\`\`\``],
    ["a fence of tildes", `~~~json\n${text}\n~~~\n`],
    ["a fence without", `\uFEFF \`\`\`\n${text}\`\`\``],
    ["a fence with a blank and more than its language", `\`\`\` json title="personas"\r\n${text}\r\n\`\`\``],
    ["a longer fence", `\`\`\`\`json\n${text}\n\`\`\`\``],
    ["a fence of tildes", `~~~json\n${text}\n~~~`],
    ["a fence on its own line", `\`\`\`${text}\`\`\``],
    ["thinking", `<think>\n{"personas":[]} \`\`\` </think>\n${text}`],
    ["thinking and a fence", `<think></think>\`\`\`JSON\n${text}\n\`\`\``],
    ["thinking without its beginning", `Ann, or {"personas":[]}? \`\`\` Ann. </think>\n${text}`],
    ["thinking without its beginning, and a fence", `Hm.\n</think>\n\n\`\`\`json\n${text}\n\`\`\``],
    ["a fence and thinking in it", `\`\`\`json\n<think>${text}</think>\n${text}\n\`\`\``],
  ])("may have %s around it, wherever it is cut", (_, wrapped) => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: wrapped.length }), { maxLength: 40 }), (cuts) => {
        const ends = [...cuts, wrapped.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => wrapped.slice(ends[index - 1] ?? 0, end));
        expect(read(pieces, 2)).toEqual({ personas: two, whole: true });
      }),
    );
    expect(read(wrapped.split(""), 2)).toEqual({ personas: two, whole: true });
  });

  it("is made well-formed in every text", () => {
    const odd = JSON.stringify({
      personas: [{ ...two[0], name: "Ana \ud83c", concerns: ["a\u0000\u0085b\n"] }],
    });
    const { personas } = read([odd], 1);
    expect(personas).toMatchObject([{ name: "Ana \ufffd", concerns: ["ab\n"] }]);
    const nothing = JSON.stringify({ personas: [{ ...two[0], name: "\u0000" }] });
    expect(read([nothing], 1)).toEqual({ personas: [], whole: false });
  });

  it.each([
    ["thinking that never ends", `<think>${text}`, 0],
    ["words before it that are no thinking", `Here you are: ${text}`, 0],
    ["words behind thinking without its beginning", `Hm. </think> Here you are: ${text}`, 0],
    ["a fence that has more behind it", `\`\`\`json\n${text}\n\`\`\`\nHere you are!`, 2],
    ["two fences", `\`\`\`\n\`\`\`\n${text}`, 0],
    ["nothing", "", 0],
    ["text", "Sure! Here you are:", 0],
    ["a fence", "```json\n{}", 0],
    ["an array at the top", JSON.stringify(two), 0],
    ["one too few", JSON.stringify({ personas: two.slice(1) }), 1],
    ["one too many", JSON.stringify({ personas: [...two, persona("Cid")] }), 2],
    ["a half", text.slice(0, -2), 2],
    ["something after the end", `${text}{}`, 2],
    ["two documents", `${text}${text}`, 2],
    ["a number for a persona", '{"personas":[1,2]}', 0],
    ["an object of personas", JSON.stringify({ personas: { 0: two[0], 1: two[1] } }), 0],
    ["a missing trait", JSON.stringify({ personas: [two[0], { ...two[1], age: undefined }] }), 1],
    ["an empty name", JSON.stringify({ personas: [{ ...two[0], name: "" }, two[1]] }), 0],
    ["a fraction of a year", JSON.stringify({ personas: [{ ...two[0], age: 40.5 }, two[1]] }), 0],
  ])("with %s is not whole, and gives what came before the error at most", (_, answer, given) => {
    const { personas, whole } = read([answer], 2);
    expect(whole).toBe(false);
    expect(personas.length).toBe(given);
  });

  it("is given up past half a megabyte, which no set has", () => {
    const endless = JSON.stringify({ personas: [{ ...two[0], name: "x".repeat(600_000) }] });
    expect(() => read([endless], 2)).toThrow("upstream_invalid_output");
  });
});

describe("the schema that is asked for", () => {
  function everyObject(schema: unknown, visit: (object: Record<string, unknown>) => void): void {
    if (typeof schema !== "object" || schema === null) return;
    if ("properties" in schema) visit(schema as Record<string, unknown>);
    for (const member of Object.values(schema)) everyObject(member, visit);
  }

  it("is one that strict structured output takes: all members required, no others, no unknown words", () => {
    const schema = answerSchema(4, "persona");
    everyObject(schema, ({ properties, required, additionalProperties }) => {
      expect(required).toEqual(Object.keys(properties as object));
      expect(additionalProperties).toBe(false);
    });
    expect(JSON.stringify(schema)).not.toMatch(/minLength|\$schema|\$ref|default/);
    expect(schema).toMatchObject({ properties: { personas: { minItems: 4, maxItems: 4 } } });
  });
});
