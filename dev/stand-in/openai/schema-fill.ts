import { generateSync } from "json-schema-faker";
import type { JsonObject } from "../../json.ts";
import type { SeededFaker } from "../seeded-faker.ts";

/** May answer for a part of a schema that it knows; undefined leaves `made` as it is. */
export type KnownPart = (schema: JsonObject, made: unknown) => unknown;

/** Words where the schema only wants a text, since nobody reads random letters. */
function readable(made: unknown, schema: JsonObject, faker: SeededFaker): unknown {
  const { minLength, maxLength, ...rest } = schema;
  const isFree = !["enum", "const", "format", "pattern"].some((rule) => rule in rest);
  if (typeof made !== "string" || !isFree) return made;
  let text = faker.word.words(2);
  while (typeof minLength === "number" && text.length < minLength) text += ` ${faker.word.noun()}`;
  return typeof maxLength === "number" ? text.slice(0, maxLength) : text;
}

/** A value that conforms to a JSON Schema, with every member that is optional too. */
export function fillSchema(schema: JsonObject, faker: SeededFaker, known?: KnownPart): unknown {
  return generateSync(schema, {
    seed: faker.number.int(),
    alwaysFakeOptionals: true,
    maxDefaultItems: 3,
    outputTransform: (made, part) => {
      return typeof part === "boolean" ? made : (known?.(part, made) ?? readable(made, part, faker));
    },
  });
}
