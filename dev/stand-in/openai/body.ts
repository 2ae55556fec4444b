import * as z from "zod/mini";
import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";
import { ApiFailure, badRequest, missing } from "./failure.ts";

export function parseBody(raw: string): JsonObject {
  const body = asRecord(parseJson(raw));
  if (body) return body;
  throw new ApiFailure(400, "We could not parse the JSON body of your request: it has to be an object.");
}

/** What a schema makes of a body, or the refusal that names the first member that is wrong. */
export function checkBody<T extends z.core.$ZodType>(body: JsonObject, schema: T): z.output<T> {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const [{ path, message } = { path: [], message: "" }] = result.error.issues;
  const param = path.map((name) => (typeof name === "number" ? `[${name}]` : `.${String(name)}`)).join("");
  const value = path.reduce<unknown>((part, name) => Object(part)[name], body);
  if (value === undefined) throw missing(param.slice(1));
  throw badRequest("invalid_value", param.slice(1), `Invalid value for '${param.slice(1)}': ${message}`);
}

/** A member that may be left out, or null. */
export function maybe<T extends z.core.$ZodType>(schema: T) {
  return z.optional(z.nullable(schema));
}
