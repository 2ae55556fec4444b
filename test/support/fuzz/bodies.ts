import fc from "fast-check";

const DEEP = [31, 32, 33, 200, 20_000];
/** Text that JSON.stringify would never write. */
const RAW_VALUES = [
  "1e400",
  "-0",
  "9007199254740993",
  '"\\ud800"',
  '"\\u0000"',
  "NaN",
  "Infinity",
  "01",
  "'x'",
  "",
  "//",
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{}}}',
  '{"a":1,"a":2}',
  '"\u2028"',
];

const nested = fc.constantFrom(...DEEP).map((levels) => `${"[".repeat(levels)}${"]".repeat(levels)}`);
const long = fc
  .tuple(fc.constantFrom("x", "é", "😀", "\\n", " "), fc.integer({ min: 1, max: 300_000 }))
  .map(([character, bytes]) => `"${character.repeat(Math.floor(bytes / character.length))}"`);
const list = fc.integer({ min: 0, max: 2_000 }).map((length) => `[${Array(length).fill("{}").join(",")}]`);

/** JSON, or nearly, to stand where a value stood. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4, noUnicodeString: false }).map((json) => JSON.stringify(json)),
  fc.constantFrom(...RAW_VALUES),
  nested,
  long,
  list,
);

/** Where values and members are, in JSON text: after a colon, a bracket or a comma. */
function places(text: string): number[] {
  return [...text.matchAll(/[:[{,]/g)].map(({ index }) => index + 1);
}

function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

/** One value of the text is replaced, one is put before another, or a member is added at the top. */
const inJson = fc
  .tuple(fc.nat(), value, fc.constantFrom("replace", "precede", "member"))
  .map(([place, json, how]) => (text: string): string => {
    if (how === "member") return text.replace(/^\{/, `{"surprise":${json},`);
    const found = places(text);
    const at = found[place % Math.max(1, found.length)] ?? 0;
    if (how === "precede") return insert(text, at, `${json},`);
    return text.slice(0, at) + json + text.slice(at).replace(/^("(?:[^"\\]|\\.)*"|[^,}\]]*)/, "");
  });

const inText = fc
  .tuple(fc.nat(), fc.string({ unit: "binary", maxLength: 20 }), fc.nat({ max: 30 }))
  .map(([place, junk, gone]) => (text: string): string => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + junk + text.slice(at + gone);
  });

const cut = fc.nat().map(
  (place) =>
    (text: string): string =>
      text.slice(0, place % (text.length + 1)),
);
const padded = fc.integer({ min: 60_000, max: 300_000 }).map(
  (bytes) =>
    (text: string): string =>
      text.padEnd(bytes, " "),
);

/** Makes other text of a body's. */
export const textMutation = fc.oneof(
  { weight: 5, arbitrary: inJson },
  { weight: 2, arbitrary: inText },
  { weight: 1, arbitrary: cut },
  { weight: 1, arbitrary: padded },
);

/** Makes other bytes of a body's, which may be no UTF-8 then. */
export const byteMutation = fc
  .array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 })
  .map((flips) => (bytes: Uint8Array): Uint8Array => {
    const changed = bytes.slice();
    for (const [place, byte] of flips) if (changed.length > 0) changed[place % changed.length] = byte;
    return changed;
  });
