import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/hash.ts";
import { personaInput } from "../../../src/personas/key.ts";
import { NUMBERS, TEXTS } from "../../support/suites/canonical-json.ts";

const OPTIONS = { scope: "shared", ignored: [], model: "m", promptVersion: 1, hash: sha256 } as const;

/** The canonical text of a value, as it is in a lead's. */
function canonical(value: unknown): string {
  const { lead } = personaInput({ leadData: { v: value } }, {}, OPTIONS);
  return lead.slice('{"config":{"count":3},"leadData":{"v":'.length, -"}}".length);
}

function double(bits: string): number {
  return new DataView(BigUint64Array.of(BigInt(`0x${bits}`)).buffer).getFloat64(0, true);
}

describe("canonical JSON (RFC 8785)", () => {
  it.each(NUMBERS)("writes the double %s as %s", (bits, text) => {
    expect(canonical(double(bits))).toBe(text);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])("writes no %s", (bits) => {
    expect(() => canonical(double(bits))).toThrow();
  });

  it.each(TEXTS)("has one text for %s", (_, given, text) => {
    expect(canonical(JSON.parse(given))).toBe(text);
    expect(canonical(JSON.parse(text))).toBe(text);
  });
});
