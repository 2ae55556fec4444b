/** What stands where something was removed. */
export const REMOVED = "[removed]";

// What a person puts between groups: a space, a no-break one, a hyphen or a dash.
const GAP = "[ \\u00a0\\-\\u2010-\\u2015\\u2212]";
const START = "(?<![\\p{L}\\p{N}])";
const END = "(?![\\p{L}\\p{N}])";

interface Kind {
  /** Global. Every repetition in it is bounded, so that a search takes linear time. */
  readonly pattern: RegExp;
  readonly counts: (match: RegExpExecArray, text: string) => boolean;
}

function kind(source: string, counts: Kind["counts"]): Kind {
  return { pattern: new RegExp(`${START}${source}${END}`, "giu"), counts };
}

/** ISO/IEC 7812-1, annex B. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += place % 2 === 1 ? doubled : digit;
  }
  return sum % 10 === 0;
}

/** No issuer's number begins with 0 (ISO/IEC 7812-1 §4). */
function isCard([found]: RegExpExecArray): boolean {
  const digits = found.replace(/\D/g, "");
  return !digits.startsWith("0") && passesLuhn(digits);
}

/** 20 CFR 422.103 and the SSA's "randomization": the areas, groups and serials that are never given out. */
function isSsn(area: string, group: string, serial: string): boolean {
  return !/^(000|666|9..)$/.test(area) && group !== "00" && serial !== "0000";
}

/** In groups; not as a part of a longer number in such groups. */
function isGroupedSsn(
  { 0: found, 1: area = "", 2: gap = "", 3: group = "", 4: serial = "", index }: RegExpExecArray,
  text: string,
) {
  const end = index + found.length;
  const goesOn = text[end] === gap && /\d/.test(text[end + 1] ?? "");
  const beganBefore = text[index - 1] === gap && /\d/.test(text[index - 2] ?? "");
  return !goesOn && !beganBefore && isSsn(area, group, serial);
}

const MBI_LETTER = "[ac-hjkmnp-rt-y]";
const MBI_EITHER = "[0-9ac-hjkmnp-rt-y]";
const MBI = `[1-9]${MBI_LETTER}${MBI_EITHER}\\d${GAP}?${MBI_LETTER}${MBI_EITHER}\\d${GAP}?${MBI_LETTER}{2}\\d{2}`;

const KINDS: readonly Kind[] = [
  // Payment cards: 13 to 19 digits, in one piece (but for a fraction's) or in the groups of their issuers.
  kind("(?<!\\d\\.)\\d{13,19}", isCard),
  kind(`\\d{4}${GAP}\\d{4}${GAP}\\d{4}${GAP}\\d{4}${GAP}\\d{1,3}`, isCard),
  kind(`\\d{4}${GAP}\\d{4}${GAP}\\d{4}${GAP}\\d{1,4}`, isCard),
  kind(`\\d{4}${GAP}\\d{6}${GAP}\\d{4,5}`, isCard),
  kind(`\\d{6}${GAP}\\d{7,13}`, isCard),
  // Social security numbers: in groups, or nine digits behind the words.
  kind(`(\\d{3})(${GAP}|\\.)(\\d{2})\\2(\\d{4})`, isGroupedSsn),
  // The CMS's "Understanding the MBI format": the letters without S, L, O, I, B and Z.
  kind(MBI, () => true),
];

/** Looks again one place behind a match that does not count: the next may overlap it. */
function redactKind(text: string, { pattern, counts }: Kind): string {
  let kept = "";
  let from = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (counts(match, text)) {
      kept += text.slice(from, match.index) + REMOVED;
      from = pattern.lastIndex;
    } else {
      pattern.lastIndex = match.index + 1;
    }
  }
  return kept + text.slice(from);
}

// Nine bare digits may be anything, unless the words before them say what they are.
const SSN_WORDS = "(?:ssn|social[ _-]?security)(?:[ _-]?(?:number|no))?";
const NAMED_SSN = new RegExp(
  `(${START}${SSN_WORDS}${END}[^\\p{L}\\p{N}]{0,3}(?:is[ :]{1,2})?)(\\d{3})(\\d{2})(\\d{4})${END}`,
  "giu",
);

/**
 * The text with US social security numbers, Medicare beneficiary identifiers and payment card numbers replaced by
 * `[removed]`; the same text where it has none. Phone numbers, ZIP+4 and order numbers have other shapes.
 */
export function redact(text: string): string {
  const named = text.replace(NAMED_SSN, (found, words, area, group, serial) =>
    isSsn(area, group, serial) ? `${words}${REMOVED}` : found,
  );
  return KINDS.reduce(redactKind, named);
}

/** What is taken out of people's texts before they are hashed, kept or sent, by `REDACT`. */
export function toRedaction(setting: "on" | "off"): (text: string) => string {
  return setting === "on" ? redact : (text) => text;
}

/** A JSON value with every text in it, names too, as `change` makes it. As deep as the caller has checked it to be. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return mapMembers(value, change);
}

/** The same for an object. A text is read with its name before it, which may say what bare digits are. */
export function mapMembers(value: object, change: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([given, member]) => {
      const name = change(given);
      const inContext = (text: string) => change(`${name}: ${text}`).slice(`${name}: `.length);
      return [name, typeof member === "string" ? inContext(member) : mapTexts(member, change)];
    }),
  );
}
