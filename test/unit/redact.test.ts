import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.ts";
import { mapMembers, REMOVED, redact, toRedaction } from "../../src/redact.ts";

const COUNTS = [
  ["a social security number", "123-45-6789"],
  ["one with spaces", "123 45 6789"],
  ["one with dashes", "123–45–6789"],
  ["one with hyphens that do not break", "123‑45‑6789"],
  ["one with full stops", "123.45.6789"],
  ["one of the highest area", "899-99-9999"],
  ["one of the lowest", "001-01-0001"],
  ["a Medicare identifier", "1EG4TE5MK73"],
  ["one with dashes", "1EG4-TE5-MK73"],
  ["one in small letters with spaces", "1eg4 te5 mk73"],
  ["one with a digit where a letter may be", "9A11A11AA11"],
  ["a Visa", "4111111111111111"],
  ["one with spaces", "4111 1111 1111 1111"],
  ["one with dashes", "4111-1111-1111-1111"],
  ["one of 13 digits", "4222222222222"],
  ["one of 13 digits in groups", "4222 2222 2222 2"],
  ["a Mastercard", "5555 5555 5555 4444"],
  ["a Mastercard that begins with 2", "2223003122003222"],
  ["an American Express", "3782 822463 10005"],
  ["a Diners Club", "3056 930902 5904"],
  ["a Discover", "6011-1111-1111-1117"],
  ["a JCB", "3530111333300000"],
  ["a UnionPay of 19 digits", "6205500000000000004"],
  ["one of 19 digits in groups", "6205 5000 0000 0000 004"],
] as const;

const DOES_NOT = [
  ["an area of zeros", "000-12-3456"],
  ["the area 666", "666-12-3456"],
  ["areas from 900 on", "900-12-3456 999-12-3456"],
  ["a group of zeros", "123-00-4567"],
  ["a serial of zeros", "123-45-0000"],
  ["nine bare digits", "123456789"],
  ["groups of two kinds", "123-45 6789"],
  ["a telephone number", "(555) 123-4567, 555-123-4567, +1 555 123 4567, 15551234567"],
  ["two of them in a row", "555-123-4567 555-987-6543"],
  ["a ZIP+4", "94103-1234 94103 1234"],
  ["an order number", "1234-123-45-6789, 123-45-6789-01, A123-45-6789, 123-45-67890"],
  [
    "a Medicare identifier with S, L, O, I, B or Z",
    "1SG4TE5MK73 1LG4TE5MK73 1OG4TE5MK73 1EI4TE5MK73 1EG4TB5MK73 1EG4TE5ZK73",
  ],
  ["one that begins with 0", "0EG4TE5MK73"],
  ["one with a letter too many", "1EG4TE5MK73A X1EG4TE5MK73"],
  ["sixteen digits that fail the check", "4111111111111112 4111 1111 1111 1112"],
  ["an account of 12 digits or of 20", "411111111111 41111111111111111111"],
  ["zeros", "0000000000000000"],
  ["a fraction", "0.4111111111111111"],
  ["a date and a price", "2026-11-26, $1,234,567.89, 12/31/2026"],
  ["an IP address and a UUID", "192.168.100.200 123e4567-e89b-12d3-a456-426614174000"],
] as const;

describe("redaction", () => {
  it.each(COUNTS)("removes %s: %s", (_, text) => {
    expect(redact(text)).toBe(REMOVED);
    expect(redact(`It is ${text}, I think; ${text}.`)).toBe(`It is ${REMOVED}, I think; ${REMOVED}.`);
  });

  it.each(DOES_NOT)("leaves %s: %s", (_, text) => {
    expect(redact(text)).toBe(text);
    expect(redact(`It is ${text}, I think.`)).toBe(`It is ${text}, I think.`);
  });

  it.each([
    ["My card is 4111 1111 1111 1111 123", `My card is ${REMOVED} 123`],
    ["4111 1111 1111 1111 12/28", `${REMOVED} 12/28`],
    ["1234 4111 1111 1111 1111", `1234 ${REMOVED}`],
    ["SSN: 123456789", `SSN: ${REMOVED}`],
    ["my social security number is 123456789.", `my social security number is ${REMOVED}.`],
    ["SSN is: 123456789", `SSN is: ${REMOVED}`],
    ["applicant_ssn=123456789", `applicant_ssn=${REMOVED}`],
    ["socialSecurityNumber 123456789", `socialSecurityNumber ${REMOVED}`],
    ["SSN 000121234", "SSN 000121234"],
    ["lessn 123456789", "lessn 123456789"],
    ["123-45-6789\n1EG4-TE5-MK73", `${REMOVED}\n${REMOVED}`],
  ])("%j becomes %j", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("changes nothing else of a thousand random texts", () => {
    const wordy = fc.string({ unit: "grapheme", maxLength: 40 });
    const number = fc.integer({ min: 0, max: 99_999_999 }).map(String);
    const part = fc.oneof(
      wordy.map((text) => text.replace(/\p{N}/gu, "x")),
      number.map((digits) => `, ${digits}; `),
    );
    const hidden = fc.constantFrom(...COUNTS.map(([, text]) => text));
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        hidden,
        fc.array(part, { maxLength: 20 }),
        (a, secret, b) => {
          const [before, after] = [`${a.join("")}, `, `, ${b.join("")}`];
          expect(redact(before + after)).toBe(before + after);
          expect(redact(before + secret + after)).toBe(before + REMOVED + after);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    "1",
    "1 ",
    "1234 ",
    "1234-",
    "123-45-",
    "1EG4-",
    "4111 1111 1111 1111 1 ",
    "ssn ",
    "social security ",
  ])("ends on a mebibyte of %j", (piece) => {
    const text = piece.repeat(Math.ceil((1024 * 1024) / piece.length));
    expect(redact(text).length).toBeGreaterThan(0);
  });
});

describe("REDACT", () => {
  it.each([
    ["", REMOVED],
    ["on", REMOVED],
    ["off", "123-45-6789"],
  ])("%j makes of a social security number %s", (REDACT, expected) => {
    const parsed = parseConfig({ REDACT });
    expect(parsed.ok && toRedaction(parsed.config.REDACT)("123-45-6789")).toBe(expected);
  });
});

describe("redaction of JSON", () => {
  it("takes nine bare digits for what their name says", () => {
    const lead = { ssn: "123456789", phone: "123456789", him: { "social-security-no": "123456789" } };
    expect(mapMembers(lead, redact)).toEqual({
      ssn: REMOVED,
      phone: "123456789",
      him: { "social-security-no": REMOVED },
    });
  });

  it("reaches every text, names too, and nothing else", () => {
    const lead = JSON.parse(
      '{"a":["123-45-6789",{"b 123-45-6789":"x"}],"n":123456789,"t":true,"z":null,"__proto__":{"c":"1EG4TE5MK73"}}',
    );
    expect(JSON.stringify(mapMembers(lead, redact))).toBe(
      '{"a":["[removed]",{"b [removed]":"x"}],"n":123456789,"t":true,"z":null,"__proto__":{"c":"[removed]"}}',
    );
  });
});
