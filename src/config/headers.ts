import { type Parser, Unusable } from "./parse.ts";

/** RFC 9110 §5.6.2 and §5.5, of values the visible part. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,4000}[\x21-\x7e])?$/;
/** Those that the client sets itself, and those of one connection (RFC 9110 §7.6.1, RFC 2616 §13.5.1). */
const RESERVED = new Set([
  "authorization",
  "host",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "trailers",
  "transfer-encoding",
  "upgrade",
]);
const MAX_HEADERS = 32;

function isUsable(name: string, value: unknown): value is string {
  const lower = name.toLowerCase();
  if (!NAME.test(name) || RESERVED.has(lower) || lower.startsWith("content-")) return false;
  return typeof value === "string" && VALUE.test(value);
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unusable("must be JSON");
  }
}

/** A JSON object of headers for every upstream call. The reason of an error never has a name or value in it. */
export const upstreamHeaders: Parser<Readonly<Record<string, string>>> = (text) => {
  const given = parseObject(text);
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const entries = isObject ? Object.entries(given) : [];
  const names = new Set(entries.map(([name]) => name.toLowerCase()));
  const usable = entries.every(([name, value]) => isUsable(name, value));
  if (isObject && usable && names.size === entries.length && names.size <= MAX_HEADERS)
    return Object.fromEntries(entries);
  throw new Unusable(
    "must be a JSON object of headers, none of them Authorization, Host, Content-… or of a connection",
  );
};
