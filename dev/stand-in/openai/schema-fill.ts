import type { JsonObject } from "../as-record.ts";
import { asRecord } from "../as-record.ts";
import type { SeededFaker } from "../seeded-faker.ts";

/**
 * May answer for a part of a schema that it knows; undefined leaves it to the general rule. `fill` is that rule,
 * for what is inside the part.
 */
export type KnownPart = (schema: JsonObject, fill: (inside: JsonObject) => unknown) => unknown;

interface Filling {
  readonly root: JsonObject;
  readonly faker: SeededFaker;
  readonly known: KnownPart;
}

/** A schema that contains itself ends here. */
const MAX_DEPTH = 12;

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
export function fillSchema(
  schema: JsonObject,
  faker: SeededFaker,
  known: KnownPart = () => undefined,
): unknown {
  return fill(schema, { root: schema, faker, known }, 0);
}

function fill(given: unknown, filling: Filling, depth: number): unknown {
  const schema = resolve(asRecord(given) ?? {}, filling.root);
  const answer = filling.known(schema, (inside) => fill(inside, filling, depth + 1));
  if (answer !== undefined) return answer;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return filling.faker.helpers.arrayElement(schema.enum);
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (Array.isArray(branches)) return fill(branches[0], filling, depth + 1);
  return fillType(schema, filling, depth);
}

/** Follows a `$ref` such as `#/$defs/tag`. */
function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  if (typeof schema.$ref !== "string") return schema;
  const names = schema.$ref.split("/").slice(1);
  return asRecord(names.reduce<unknown>((part, name) => asRecord(part)?.[name], root)) ?? {};
}

function typeOf({ type, properties }: JsonObject): unknown {
  if (Array.isArray(type)) return type.find((one) => one !== "null") ?? "null";
  return type ?? (properties ? "object" : "string");
}

function fillType(schema: JsonObject, filling: Filling, depth: number): unknown {
  switch (typeOf(schema)) {
    case "object":
      return depth > MAX_DEPTH ? {} : fillObject(schema, filling, depth);
    case "array":
      return fillArray(schema, filling, depth);
    case "integer":
    case "number":
      return fillNumber(schema, filling.faker);
    case "boolean":
      return filling.faker.datatype.boolean();
    case "null":
      return null;
    default:
      return fillString(schema, filling.faker);
  }
}

function fillObject(schema: JsonObject, filling: Filling, depth: number): JsonObject {
  const properties = Object.entries(asRecord(schema.properties) ?? {});
  return Object.fromEntries(properties.map(([name, part]) => [name, fill(part, filling, depth + 1)]));
}

function bound(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function fillArray({ minItems, maxItems, items }: JsonObject, filling: Filling, depth: number): unknown[] {
  const min = bound(minItems, depth > MAX_DEPTH ? 0 : 1);
  const max = Math.max(min, Math.min(bound(maxItems, 3), 3));
  const length = filling.faker.number.int({ min, max });
  return Array.from({ length }, () => fill(items, filling, depth + 1));
}

function fillNumber(schema: JsonObject, faker: SeededFaker): number {
  const least = bound(schema.minimum, bound(schema.exclusiveMinimum, -1) + 1);
  const most = bound(schema.maximum, bound(schema.exclusiveMaximum, least + 101) - 1);
  const [min, max] = [Math.ceil(least), Math.floor(most)];
  return min > max ? (least + most) / 2 : faker.number.int({ min, max });
}

function fillString(schema: JsonObject, faker: SeededFaker): string {
  const format = FORMATS[String(schema.format)];
  if (format !== undefined) return format;
  let text = faker.word.words(2);
  while (text.length < bound(schema.minLength, 1)) text += ` ${faker.word.noun()}`;
  return text.slice(0, bound(schema.maxLength, text.length));
}
