import { asRecord } from "../../as-record.ts";
/** The parts of an error body that decide. Its message may quote the prompt and is not kept. */
export interface ErrorFacts {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  /** The HTTP status that the body itself names; undefined where it names none. */
  readonly status: number | undefined;
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}

/** Words for a status: google.rpc.Code in its JSON form, and the codes and types of several makers. */
const NAMED_STATUS = new Map([
  ["INVALID_ARGUMENT", 400],
  ["FAILED_PRECONDITION", 400],
  ["UNAUTHENTICATED", 401],
  ["PERMISSION_DENIED", 403],
  ["NOT_FOUND", 404],
  ["RESOURCE_EXHAUSTED", 429],
  ["INTERNAL", 500],
  ["UNAVAILABLE", 503],
  ["DEADLINE_EXCEEDED", 504],
  ["invalid_api_key", 401],
  ["authentication_error", 401],
  ["permission_error", 403],
  ["rate_limit_exceeded", 429],
  ["rate_limit_error", 429],
  ["invalid_request_error", 400],
]);

function toStatus(value: unknown): number | undefined {
  const text = toText(value);
  return /^[45]\d\d$/.test(text) ? Number(text) : NAMED_STATUS.get(text);
}

/** What the maker and others call a request that their moderation, or their content filter, refuses. */
export const MODERATION_CODES: ReadonlySet<unknown> = new Set([
  "moderation_blocked",
  "content_policy_violation",
  "content_filter",
]);

const toFirst = (value: unknown) => (Array.isArray(value) ? value[0] : value);

/**
 * The error in an event or a body whose status was 200; undefined where it is none. Some servers wrap it in a
 * list, or have its members at the top.
 */
export function errorIn(value: unknown): unknown {
  const body = toFirst(value);
  const { error, errors, choices, object, type, message, detail } = asRecord(body);
  if (error) return body;
  const words = typeof message === "string" || detail !== undefined || errors !== undefined;
  return choices === undefined && (words || object === "error" || type === "error") ? body : undefined;
}

/** Reads an error's body, whatever it is. */
export function readError(value: unknown): ErrorFacts {
  const body = toFirst(value);
  const { error, errors, ...outer } = asRecord(body);
  const inner = error ?? toFirst(errors) ?? body;
  const { code, status, type, message, detail } = asRecord(inner);
  const named = [code, status, outer.code, outer.status, type].map(toStatus);
  return {
    code: toText(code),
    type: toText(type),
    message: [inner, message ?? detail, outer.message].map(toText).join(" "),
    status: named.find((found) => found !== undefined),
  };
}
