import type { Random } from "../random.ts";
import { between, pick } from "../random.ts";
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";

/** May answer for a part of a schema that it knows; undefined leaves it to the general rule. */
export type KnownPart = (schema: JsonObject) => unknown;

interface Filling {
  readonly root: JsonObject;
  readonly random: Random;
  readonly known: KnownPart;
}

/** A schema that contains itself ends here. */
const MAX_DEPTH = 12;
const WORDS = ["amber", "cedar", "harbor", "lantern", "meadow", "orchard", "pebble", "willow"];

const FORMATS: Record<string, string> = {
  date: "2026-11-23",
  "date-time": "2026-11-23T09:30:00Z",
  time: "09:30:00Z",
  email: "newton@example.com",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "3f2b8c1e-7a4d-4e0b-9c55-1d2e3f4a5b6c",
};

/** A value that conforms to a JSON Schema of the kind structured output takes. */
export function fillSchema(schema: JsonObject, random: Random, known: KnownPart = () => undefined): unknown {
  return fill(schema, { root: schema, random, known }, 0);
}

function fill(given: unknown, filling: Filling, depth: number): unknown {
  const schema = resolve(given, filling.root);
  const answer = filling.known(schema);
  if (answer !== undefined) return answer;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return pick(filling.random, schema.enum);
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (Array.isArray(branches)) return fill(branches[0], filling, depth + 1);
  return fillType(typeOf(schema), schema, filling, depth);
}

function resolve(schema: unknown, root: JsonObject): JsonObject {
  if (!isObject(schema)) return {};
  if (typeof schema.$ref !== "string") return schema;
  let target: unknown = root;
  for (const name of schema.$ref.split("/").slice(1)) target = isObject(target) ? target[name] : undefined;
  return isObject(target) ? target : {};
}

function typeOf(schema: JsonObject): unknown {
  if (Array.isArray(schema.type)) return schema.type.find((type) => type !== "null") ?? "null";
  return schema.type ?? (schema.properties ? "object" : "string");
}

function fillType(type: unknown, schema: JsonObject, filling: Filling, depth: number): unknown {
  switch (type) {
    case "object":
      return depth > MAX_DEPTH ? {} : fillObject(schema, filling, depth);
    case "array":
      return fillArray(schema, filling, depth);
    case "integer":
    case "number":
      return fillNumber(schema, filling.random);
    case "boolean":
      return filling.random() < 0.5;
    case "null":
      return null;
    default:
      return fillString(schema, filling.random);
  }
}

function fillObject(schema: JsonObject, filling: Filling, depth: number): JsonObject {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const members = Object.entries(properties).map(([name, part]) => [name, fill(part, filling, depth + 1)]);
  return Object.fromEntries(members);
}

function bound(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function fillArray(schema: JsonObject, filling: Filling, depth: number): unknown[] {
  const least = bound(schema.minItems, depth > MAX_DEPTH ? 0 : 1);
  const most = Math.max(least, Math.min(bound(schema.maxItems, 3), Math.max(least, 3)));
  return Array.from({ length: between(filling.random, least, most) }, () => {
    return fill(schema.items, filling, depth + 1);
  });
}

function fillNumber(schema: JsonObject, random: Random): number {
  const least = bound(schema.minimum, bound(schema.exclusiveMinimum, -1) + 1);
  const most = bound(schema.maximum, bound(schema.exclusiveMaximum, least + 101) - 1);
  if (Math.ceil(least) > Math.floor(most)) return (least + most) / 2;
  return between(random, Math.ceil(least), Math.floor(most));
}

function fillString(schema: JsonObject, random: Random): string {
  const format = typeof schema.format === "string" ? FORMATS[schema.format] : undefined;
  if (format !== undefined) return format;
  let text = `${pick(random, WORDS)} ${pick(random, WORDS)}`;
  while (text.length < bound(schema.minLength, 1)) text += ` ${pick(random, WORDS)}`;
  return text.slice(0, bound(schema.maxLength, text.length));
}
