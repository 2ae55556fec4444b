/** Why a variable's text cannot be used; `parseConfig` adds the name. */
export class Unusable extends Error {}

export type Parser<T> = (text: string) => T;

/** The longest delay a timer takes (2^31 − 1 ms, about 24 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A whole number from `least` to `most`, in plain digits. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Parser<number> {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new Unusable(`must be a whole number from ${least} to ${most}`);
  };
}

/** Milliseconds for a timer that must run. */
export const timer = whole(1, MAX_TIMER_MS);

/** Seconds or days that may be 0, meaning off or at once; the bound keeps sums of dates meaningful. */
export const period = whole(0, 10 ** 9);

/** US dollars, not negative. */
export const dollars: Parser<number> = (text) => {
  const value = /^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new Unusable("must be an amount in dollars, such as 25 or 0.5");
};

/** One of these words, as they are spelt. */
export function choice<const T extends string>(...words: readonly T[]): Parser<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Unusable(`must be one of ${words.join(", ")}`);
  };
}

/** Text of this form; `meaning` goes on from "must be". */
export function matching(pattern: RegExp, meaning: string): Parser<string> {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new Unusable(`must be ${meaning}`);
  };
}

/** Any text on one line. */
export const line = matching(/^[^\p{Cc}]{1,500}$/u, "one line of at most 500 characters");

/** One line of at least so many characters, so that it cannot be guessed. */
export function secret(least: number): Parser<string> {
  return (text) => {
    if ([...line(text)].length >= least) return text;
    throw new Unusable(`must have at least ${least} characters`);
  };
}

function httpUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash) return url;
  throw new Unusable("must be an http or https URL");
}

/** A URL that paths are put behind: no query, no slash at the end. */
export const baseUrl: Parser<string> = (text) => {
  const url = httpUrl(text);
  if (url.search) throw new Unusable("must be a URL without a query");
  return url.href.replace(/\/+$/, "");
};

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** A URL whose answer is believed: in clear, anybody on the way could change it. */
export const trustedUrl: Parser<string> = (text) => {
  const { protocol, hostname, href } = httpUrl(text);
  if (protocol === "https:" || LOOPBACK.test(hostname)) return href;
  throw new Unusable("must be an https URL, or an http one of this machine");
};

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Several, separated by commas, each once; `most` of them at most. */
export function list<T>(parser: Parser<T>, most: number): Parser<readonly T[]> {
  return (text) => {
    const items = [...new Set(splitList(text).map(parser))];
    if (items.length <= most) return items;
    throw new Unusable(`must be ${most} at most`);
  };
}

/** Exact origins (RFC 6454): `https://app.example`, no path, no wildcard. */
export const origins: Parser<readonly string[]> = (text) =>
  splitList(text).map((part) => {
    if (httpUrl(part).origin === part) return part;
    throw new Unusable("must be exact origins, such as https://app.example, separated by commas");
  });

const MAX_WIDTHS = 5;
const width = whole(16, 2048);

/** Pixels, ascending: `128,256,512`. */
export const widths: Parser<readonly number[]> = (text) => {
  const list = splitList(text).map(width);
  const ascending = list.every((value, index) => value > (list[index - 1] ?? 0));
  if (ascending && list.length > 0 && list.length <= MAX_WIDTHS) return list;
  throw new Unusable("must be at most five widths in ascending order, such as 128,256,512");
};

/** Paths as lists of names: `meta.utm_*` is `["meta", "utm_*"]`. */
export const fieldPaths: Parser<readonly (readonly string[])[]> = (text) =>
  splitList(text).map((path) => {
    const names = path.split(".");
    if (names.every((name) => name !== "")) return names;
    throw new Unusable("must be paths such as createdAt,utm_*,meta.sessionId");
  });
