import { asRecord } from "../../as-record.ts";

/** Parameters that a call can do without, or spell otherwise. */
const KNOWN = new Set([
  "reasoning_effort",
  "stream_options",
  "max_completion_tokens",
  "max_tokens",
  "response_format",
  "store",
  "safety_identifier",
  "prompt_cache_key",
  "output_format",
  "quality",
]);
/** Parts of a parameter that servers name without it. */
const PARTS: Readonly<Record<string, string>> = {
  include_usage: "stream_options.include_usage",
  include_obfuscation: "stream_options.include_obfuscation",
  json_schema: "response_format",
};
/** Words that mean themselves in most sentences: they count after a mark, or in a list behind one that counts. */
const COMMON_WORDS = new Set(["store", "quality"]);

/** Members that say where the error is, those that list several, and those that say it in words. */
const PLACES = ["param", "loc", "path", "field", "parameter", "additionalProperty"];
const LISTS = ["keys", "parameters"];
const WORDS = [
  "message",
  "msg",
  "detail",
  "details",
  "description",
  "error",
  "errors",
  "issues",
  "fieldViolations",
  "params",
  "metadata",
  "raw",
];

/** An error body is not deeper or longer than this; what is beyond is not looked at. */
const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
const MAX_CHARS = 20_000;

/** A quote, a colon or an arrow, the beginning of a line, or a noun for what follows. */
const MARK = "['\"`“]|[:>] ?|^|\\b(?:[Aa]rgument|[Ff]ield|[Kk]ey|[Pp]arameter|[Pp]roperty) ";
const TOKEN = new RegExp(`(?:(${MARK})|)\\b([a-z]+(?:_[a-z]+)*(?:\\.[a-z_]+)*)`, "gm");
const LISTED = /^(?:, ?|,? (?:and|or) )$/;

/** `stream_options.include_usage`, or the parameter alone; undefined where it is none that is known. */
function toName(path: readonly string[]): string | undefined {
  const at = path.findIndex((name) => KNOWN.has(name) || Object.hasOwn(PARTS, name));
  const [name = "", part = ""] = path.slice(at);
  if (at < 0) return undefined;
  return name === "stream_options" ? (PARTS[part] ?? name) : (PARTS[name] ?? name);
}

function inText(text: string): string[] {
  let lastEnd = text.length;
  return [...text.slice(0, MAX_CHARS).matchAll(TOKEN)].flatMap(
    ({ 0: all, 1: mark, 2: token = "", index }) => {
      const name = toName(token.split("."));
      const counts =
        mark !== undefined || !COMMON_WORDS.has(token) || LISTED.test(text.slice(lastEnd, index));
      if (name === undefined || !counts) return [];
      lastEnd = index + all.length;
      return [name];
    },
  );
}

function inPlace(place: unknown): string[] {
  if (place === undefined || place === null) return [];
  const names = Array.isArray(place) ? place.map(String) : String(place).split(/[.[\]/]+/);
  const name = toName(names);
  return name === undefined ? [] : [name];
}

function parsed(text: string): unknown {
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : text;
  } catch {
    return text;
  }
}

function namesIn(value: unknown, depth: number): string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") {
    const inner = parsed(value);
    return typeof inner === "string" ? inText(inner) : namesIn(inner, depth + 1);
  }
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).flatMap((item) => namesIn(item, depth + 1));
  return namesInFields(asRecord(value), depth);
}

/** Where a place is told, the words beside it may quote anything: they count only beside a `param` that is known. */
function namesInFields(fields: Record<string, unknown>, depth: number): string[] {
  const lists = LISTS.flatMap((name) => (Array.isArray(fields[name]) ? fields[name] : [])).flatMap(inPlace);
  const named = PLACES.flatMap((name) => inPlace(fields[name])).concat(lists);
  const elsewhere = typeof fields.param === "string" && fields.param !== "" && named.length === 0;
  if (elsewhere || fields.loc !== undefined) return named;
  return [...named, ...WORDS.flatMap((name) => (name in fields ? namesIn(fields[name], depth + 1) : []))];
}

/** A limit that is too high for the model is no word that the server does not know. */
const TOO_HIGH = /too (large|high|big)|at most|(greater|less|more) than|exceed|above_max/i;
const LIMITS = new Set(["max_completion_tokens", "max_tokens"]);

/**
 * The parameters that an error body refuses, each once: by `param`, by the words of a message, or by the places of
 * a list (pydantic's `loc`). Total; empty where it names none of those that a call can do without.
 */
export function refusedParameters(body: unknown): string[] {
  const names = new Set(namesIn(body, 0));
  if ([...names].some((name) => name.startsWith("stream_options."))) names.delete("stream_options");
  const tooHigh = [...names].some((name) => LIMITS.has(name)) && TOO_HIGH.test(JSON.stringify(body));
  return [...names].filter((name) => !(tooHigh && LIMITS.has(name)));
}
