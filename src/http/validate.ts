import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import type { FieldError } from "./errors.ts";
import { Problem } from "./errors.ts";

z.config(en()); // the small build has no words of its own

/** The body itself is level 1. */
export const MAX_DEPTH = 32;
/** How many faults one answer lists. */
const MAX_FIELD_ERRORS = 20;
/** A pointer into a hostile body may be as long as the body. */
const MAX_POINTER_LENGTH = 200;

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Any JSON object, kept as it was parsed: a schema that rebuilt it could lose a member such as `__proto__`. */
export const jsonObject = z.custom<JsonObject>(isJsonObject, { error: "must be an object" });

/** How many characters (Unicode code points) a text has. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Tells whether a value is a whole number from `least` to `most`. */
export function count(least: number, most: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** RFC 5321 §4.5.3.1.3: a path has 256 octets, its angle brackets among them. */
const MAX_EMAIL_LENGTH = 254;

/** Before the `@` words with dots between them (RFC 5322 §3.2.3), behind it two labels or more (RFC 1034 §3.5). */
const ATOM = "[\\w!#$%&'*+/=?^`{|}~-]+";
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const LAST_LABEL = "[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]";
const ADDRESS = new RegExp(`^${ATOM}(?:\\.${ATOM})*@(?:${LABEL}\\.)+${LAST_LABEL}$`);

/** White space around it is not part of an address. */
export const emailAddress = z
  .string()
  .check(
    z.trim(),
    z.maxLength(MAX_EMAIL_LENGTH),
    z.email({ pattern: ADDRESS, error: "must be an e-mail address" }),
  );

/** One address, however it is written: what is kept and looked for is a hash of this. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** RFC 6901 §3: `~` and `/` are escaped. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  const whole = path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return whole.length > MAX_POINTER_LENGTH ? `${whole.slice(0, MAX_POINTER_LENGTH)}…` : whole;
}

function unsafeReason(value: unknown): string | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : "must be valid Unicode";
  if (typeof value !== "number") return undefined;
  if (!Number.isFinite(value)) return "must be a finite number";
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? "must be within ±(2^53 − 1) where it is an integer"
    : undefined;
}

/**
 * The first thing in `value` that RFC 7493 (I-JSON) advises against and two systems could read differently,
 * or that is nested too deep. Recursion ends at MAX_DEPTH.
 */
export function findUnsafe(value: unknown, path: readonly string[] = []): FieldError | undefined {
  if (typeof value !== "object" || value === null) {
    const message = unsafeReason(value);
    return message === undefined ? undefined : { path: jsonPointer(path), message };
  }
  if (path.length >= MAX_DEPTH) {
    return { path: jsonPointer(path), message: `must not be nested deeper than ${MAX_DEPTH}` };
  }
  for (const [name, member] of Object.entries(value)) {
    const found = name.isWellFormed()
      ? findUnsafe(member, [...path, name])
      : { path: jsonPointer(path), message: "must have names that are valid Unicode" };
    if (found) return found;
  }
  return undefined;
}

function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = issues.flatMap((issue): FieldError[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: jsonPointer([...issue.path, key]), message: "is not known here" }))
      : [{ path: jsonPointer(issue.path), message: issue.message }],
  );
  return errors.slice(0, MAX_FIELD_ERRORS);
}

/** Throws `invalid_request` with every error found. */
export function validate<T extends z.core.$ZodType>(schema: T, value: unknown): z.output<T> {
  const unsafe = findUnsafe(value);
  if (unsafe) throw new Problem("invalid_request", { errors: [unsafe] });
  const result = z.safeParse(schema, value);
  if (!result.success) throw new Problem("invalid_request", { errors: fieldErrors(result.error.issues) });
  return result.data;
}
