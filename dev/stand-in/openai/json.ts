import { badRequest } from "./failure.ts";

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function parseBody(raw: string): JsonObject {
  try {
    const body: unknown = JSON.parse(raw);
    if (isObject(body)) return body;
  } catch {
    // Said below, as for JSON that is no object.
  }
  const message = "We could not parse the JSON body of your request. The API expects a JSON object.";
  throw badRequest(null, null, message);
}

/** A member that the API demands. */
export function textMember(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value === "string" && value !== "") return value;
  throw badRequest("missing_required_parameter", name, `Missing required parameter: '${name}'.`);
}
