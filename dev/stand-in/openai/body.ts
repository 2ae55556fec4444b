import * as z from "zod";
import { asRecord, type JsonObject, parseJson } from "../../json.ts";
import { ApiFailure, badRequest, missing } from "./failure.ts";

export function parseBody(raw: string): JsonObject {
  const body = asRecord(parseJson(raw));
  if (body) return body;
  throw new ApiFailure(400, "We could not parse the JSON body of your request: it has to be an object.");
}

/** What a schema makes of a body, or the refusal that names the first member that is wrong. */
export function checkBody<T extends z.ZodType>(body: JsonObject, schema: T): z.output<T> {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const [{ path, message } = { path: [], message: "" }] = error.issues;
  const param = z.core.toDotPath(path);
  const value = path.reduce<unknown>((part, name) => Object(part)[name], body);
  if (value === undefined) throw missing(param);
  throw badRequest("invalid_value", param, `Invalid value for '${param}': ${message}`);
}
