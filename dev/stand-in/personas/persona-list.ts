import { Validator } from "@cfworker/json-schema";
import type { JsonObject } from "../as-record.ts";
import { asRecord } from "../as-record.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import { ANGLES } from "./angles.ts";
import { readLeadMessage } from "./lead.ts";
import { peopleFor } from "./people.ts";
import { writePersona } from "./persona.ts";

/** A list whose items have so many of these is a list of personas. */
const TELLING_FIELDS = [
  "name",
  "age",
  "household",
  "occupation",
  "coverageNeeds",
  "concerns",
  "questionsToAsk",
];
const ENOUGH_FIELDS = 4;
const DEFAULT_COUNT = 3;

function personaFields(schema: JsonObject): JsonObject | undefined {
  const fields = asRecord(asRecord(schema.items)?.properties) ?? {};
  return TELLING_FIELDS.filter((field) => field in fields).length >= ENOUGH_FIELDS ? fields : undefined;
}

function countFor({ minItems, maxItems }: JsonObject, asked: number | undefined): number {
  const least = typeof minItems === "number" ? minItems : 1;
  const most = typeof maxItems === "number" ? maxItems : Number.POSITIVE_INFINITY;
  return Math.max(least, Math.min(most, asked ?? DEFAULT_COUNT));
}

function fits(field: JsonObject, value: unknown): boolean {
  return value !== undefined && new Validator(field, "2020-12").validate(value).valid;
}

/**
 * Personas for the lead in the user's message, each with the fields that the schema has: those known here, where
 * they fit, and any others by the general rule. Undefined where the schema is about something else.
 */
export function personaList(
  schema: JsonObject,
  userText: string,
  faker: SeededFaker,
  fill: (field: JsonObject) => unknown,
): JsonObject[] | undefined {
  const fields = personaFields(schema);
  if (!fields) return undefined;
  const { count, lead } = readLeadMessage(userText);
  const angles = faker.helpers.shuffle(ANGLES);
  return peopleFor(faker, lead, countFor(schema, count)).flatMap((person, i) => {
    const angle = angles[i % angles.length];
    if (!angle) return [];
    const known = writePersona({ faker, lead, person, angle });
    const members = Object.entries(fields).map(([name, field]) => {
      const given = asRecord(field) ?? {};
      return [name, fits(given, known[name]) ? known[name] : fill(given)];
    });
    return [Object.fromEntries(members)];
  });
}
