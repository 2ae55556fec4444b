import type { JsonObject } from "../as-record.ts";
import { asRecord, parseJson } from "../as-record.ts";
import { badRequest, missing } from "./failure.ts";

export function parseBody(raw: string): JsonObject {
  const body = asRecord(parseJson(raw));
  if (body) return body;
  const message = "We could not parse the JSON body of your request. The API expects a JSON object.";
  throw badRequest(null, null, message);
}

/** A member that the API demands. */
export function textMember(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value === "string" && value !== "") return value;
  throw missing(name);
}
