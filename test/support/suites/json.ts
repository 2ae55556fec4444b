/** What becomes of a JSON text: taken, refused by the grammar (RFC 8259), or refused as no I-JSON (RFC 7493). */
export type Verdict = "taken" | "invalid_json" | "invalid_request";

export interface JsonCase {
  readonly name: string;
  /** A value; undefined: `body` is the whole body. */
  readonly value?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly verdict: Verdict;
}

/** Values that every parser must take. */
const VALID: readonly string[] = [
  ..."null true false 0 -0 1 -1 123456789 1.5 -0.0 0.1e1 1E15 1e-2 1e+2 0e+1 0e1 1.0E-10".split(" "),
  ...'-123.456e7 5e-324 1.7976931348623157e-308 1e-400 9007199254740991 -9007199254740991 ""'.split(" "),
  ...String.raw`"a" "\"\\\/\b\f\n\r\t" "\u0000" "\u00e9" "\uD83D\uDE00" "😀" "é漢" "\u200B" "/" "\u0022"`.split(
    " ",
  ),
  ...String.raw`"\u005C" [] [1,2] [[]] [""] [null] {} {"":0} {"a":{"b":[1,{"c":null}]}} {"a":1,"a":2}`.split(
    " ",
  ),
  ...String.raw`{"a\u0062":1} {"__proto__":1} {"constructor":{}}`.split(" "),
  '" "',
  '"\u007f"',
  '"\u2028\u2029"',
  '"\uffff"',
  '"\u{10ffff}"',
  "[ ]",
  "{ }",
  "\t[\n1\r, 2 ]\t",
  `${"[".repeat(28)}${"]".repeat(28)}`,
];

/** What no parser may take for a value. */
const INVALID: readonly string[] = [
  ..."nul True NULL undefined NaN Infinity -Infinity - +1 .5 1. -.5 01 -01 00 1e 1e+ 1.e1 0x1F".split(" "),
  ...String.raw`1_000 0b1 --1 1- １ 'a' " "a a" "\x41" "\u00G0" "\u12" "\U0041" "\" [1,] [,1] [1,,2] [ ]`.split(
    " ",
  ),
  ...`[1 [1} {] {"a":1,} {a:1} {'a':1} {"a"} {"a":} {:1} {"a"::1} {"a":1 {1:1} {null:1} [1]]`.split(" "),
  ...String.raw`[...a] \u0031`.split(" "),
  "",
  "1,5 0",
  "1 2",
  '"\\ "',
  '"\t"',
  '"\n"',
  '"\u0000"',
  '"\u001f"',
  '"\r"',
  "[1 2]",
  '{"a" 1}',
  '{"a":1 "b":2}',
  "/* a */ 1",
  "1 // a",
  "# a",
  "\u00a01",
  "\u20281",
  "\u000b1",
  "\f1",
  "\ufeff1",
  "1\u0000",
  "true false",
  "`a`",
];

/** Grammar allows them; two systems would read them differently. */
const NOT_INTEROPERABLE: readonly string[] = [
  ..."1e400 1E22 1.7976931348623157e308 -1e400 123123e100000 9007199254740992".split(" "),
  ...String.raw`-9007199254740992 12345678901234567890 1e16 "\uD800" "\uDC00" "\uDE00\uD83D" "\uD83Da"`.split(
    " ",
  ),
  ...String.raw`{"\uD800":1} ["\uDFFF"]`.split(" "),
  `${"[".repeat(31)}${"]".repeat(31)}`,
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
];

const bytes = (...values: number[]) => new Uint8Array(values);
const text = new TextEncoder();

/** A string of these bytes, in a lead. */
function leadOf(...inside: number[]): Uint8Array<ArrayBuffer> {
  const [before, after] = ['{"leadData":{"v":"', '"}}'].map((part) => [...text.encode(part)]);
  return bytes(...(before ?? []), ...inside, ...(after ?? []));
}

const utf16 = new Uint8Array([...'{"leadData":{}}'].flatMap((character) => [character.charCodeAt(0), 0]));

const BODIES: readonly JsonCase[] = [
  { name: "no byte", body: "", verdict: "invalid_json" },
  { name: "white space", body: " \n", verdict: "invalid_json" },
  { name: "a byte order mark first", body: '\uFEFF{"leadData":{"bom":1}}', verdict: "taken" },
  { name: "two byte order marks", body: '\uFEFF\uFEFF{"leadData":{}}', verdict: "invalid_json" },
  { name: "UTF-16", body: utf16, verdict: "invalid_json" },
  { name: "an overlong byte pair", body: leadOf(0xc0, 0xaf), verdict: "invalid_json" },
  { name: "a surrogate in UTF-8", body: leadOf(0xed, 0xa0, 0x80), verdict: "invalid_json" },
  { name: "a lone continuation byte", body: leadOf(0x80), verdict: "invalid_json" },
  { name: "a cut character", body: leadOf(0xe2, 0x82), verdict: "invalid_json" },
  { name: "beyond Unicode", body: leadOf(0xf4, 0x90, 0x80, 0x80), verdict: "invalid_json" },
  { name: "0xFF", body: leadOf(0xff), verdict: "invalid_json" },
  { name: "a four-byte character", body: leadOf(0xf0, 0x9f, 0x98, 0x80), verdict: "taken" },
  { name: "two documents", body: '{"leadData":{}}{"leadData":{}}', verdict: "invalid_json" },
  { name: "a document and a NUL", body: '{"leadData":{}}\u0000', verdict: "invalid_json" },
  { name: "a document in white space", body: ' \t\r\n{"leadData":{"w":1}}\n ', verdict: "taken" },
  {
    name: "the same member twice, the last an object",
    body: '{"leadData":1,"leadData":{"t":2}}',
    verdict: "taken",
  },
  { name: "null", body: "null", verdict: "invalid_request" },
  { name: "a number", body: "1", verdict: "invalid_request" },
  { name: "a string", body: '"leadData"', verdict: "invalid_request" },
  { name: "an array", body: '[{"leadData":{}}]', verdict: "invalid_request" },
  { name: "an unknown member", body: '{"leadData":{},"__proto__":{}}', verdict: "invalid_request" },
];

const asCases = (values: readonly string[], verdict: Verdict) =>
  values.map((value) => ({ name: JSON.stringify(value).slice(0, 60), value, verdict }));

/** After the public JSON parsing suites' kinds: grammar, encodings, and what RFC 8259 leaves open. */
export const JSON_CASES: readonly JsonCase[] = [
  ...asCases(VALID, "taken"),
  ...asCases(INVALID, "invalid_json"),
  ...asCases(NOT_INTEROPERABLE, "invalid_request"),
  ...BODIES,
];

/** The body of a persona request with the case in it. */
export function bodyOf({ value, body = "" }: JsonCase): string | Uint8Array<ArrayBuffer> {
  return value === undefined ? body : `{"leadData":{"v":${value}}}`;
}
