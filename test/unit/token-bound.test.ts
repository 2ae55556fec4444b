import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { getEncoding } from "js-tiktoken";
import { describe, expect, it } from "vitest";
import { BUILT_IN_PRICES } from "../../src/config/prices.ts";

import { sha256 } from "../../src/hash.ts";
import { worstCaseUsd } from "../../src/openai/shapes/usage.ts";
import { maxInputTokens, maxTokens } from "../../src/openai/worst-case.ts";
import { outputLimit, personaRequest } from "../../src/personas/generation/generator.ts";

const encodings = (["p50k_base", "cl100k_base", "o200k_base"] as const).map((name) => getEncoding(name));
const [newest] = encodings.slice(-1);
const bytes = (text: string) => Buffer.byteLength(text);

const MODEL = {
  model: "gpt-6.1-terra",
  reasoningEffort: "low" as const,
  portraits: "persona" as const,
  maxOutputTokens: 16_000,
  pseudonym: sha256,
};
const CALLER = { callerUserHash: null, callerAddressHash: sha256("192.0.2.1") };

describe("the most tokens of a text", () => {
  it("are never fewer than the maker's own vocabularies make of it", () => {
    const character = fc.constantFrom(...' \t\n\u00a0aQ70-".\\é中🧑\u200d');
    const run = fc
      .tuple(
        fc.oneof({ weight: 2, arbitrary: fc.constant(" ") }, { weight: 1, arbitrary: character }),
        fc.nat(90),
      )
      .map(([one, times]) => one.repeat(times));
    const text = fc.array(fc.oneof(run, fc.string({ unit: "grapheme" })), { maxLength: 8 });
    const holds = fc.property(text, (parts) => {
      const whole = parts.join("");
      for (const encoding of encodings)
        expect(maxTokens(whole)).toBeGreaterThanOrEqual(encoding.encode(whole, [], []).length);
    });
    fc.assert(holds, { numRuns: 300 });
  });

  it("are a quarter of a run of spaces, also beside words", () => {
    expect(maxTokens(" ".repeat(60_000))).toBe(15_003);
    expect(maxTokens(`a${" ".repeat(8)}b`)).toBe(2 + 5);
    expect(maxTokens(" a  b    c")).toBe(10);
  });

  it("are those of a call's messages, schema and all that stands around them", () => {
    const request = personaRequest({ lead: '{"leadData":{"name":"Ann"}}', count: 3, ...CALLER }, MODEL);
    const said = request.messages.map(({ content }) => String(content)).join("");
    const schema = JSON.stringify(request.response_format);
    expect(maxInputTokens(request)).toBeGreaterThan(newest?.encode(said + schema).length ?? 0);
    expect(maxInputTokens(request)).toBeLessThanOrEqual(bytes(JSON.stringify(request)));
  });
});

describe("the limit of a set's output", () => {
  it("grows with the number of personas, up to what is configured", () => {
    const limits = (most: number) => [1, 3, 10].map((count) => outputLimit(count, most));
    expect(limits(16_000)).toEqual([5_200, 7_600, 16_000]);
    expect(limits(64_000)).toEqual([20_800, 30_400, 64_000]);
    expect(limits(8_000)).toEqual([5_200, 7_600, 8_000]);
    expect(limits(500)).toEqual([500, 500, 500]);
  });

  it("and the largest lead hold a call to what docs/security.md says", () => {
    // in a body of 64 KiB each of these numbers has five bytes, and is written out for the model
    const leadData = { a: Array.from({ length: (64 * 1024) / 5 }, () => 1e15) };
    const request = personaRequest(
      { lead: canonicalize({ config: { count: 10 }, leadData }) ?? "", count: 10, ...CALLER },
      MODEL,
    );
    const tokens = [maxInputTokens(request), request.max_completion_tokens ?? Number.NaN] as const;
    const cents = Math.ceil(100 * worstCaseUsd(BUILT_IN_PRICES, MODEL.model, ...tokens));
    const told = readFileSync(resolve(import.meta.dirname, "../../docs/security.md"), "utf8");
    expect(told).toContain(`$0.${cents} a call`);
  });
});
