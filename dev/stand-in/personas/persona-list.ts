import { Validator } from "@cfworker/json-schema";
import { asRecord, type JsonObject } from "../../json.ts";
import type { SeededFaker } from "../seeded-faker.ts";
import { readLeadMessage } from "./lead.ts";
import { peopleFor } from "./people.ts";
import { writePersona } from "./persona.ts";
import { STORIES } from "./words.ts";

/** A list whose items have all of these is a list of personas. */
const TELLING_FIELDS = ["name", "age", "household", "occupation"];
const DEFAULT_COUNT = 3;

function countFor({ minItems, maxItems }: JsonObject, asked = DEFAULT_COUNT): number {
  const least = typeof minItems === "number" ? minItems : 1;
  return Math.max(least, typeof maxItems === "number" ? Math.min(maxItems, asked) : asked);
}

function fits(schema: unknown, value: unknown): boolean {
  return value !== undefined && new Validator(asRecord(schema) ?? {}, "2020-12").validate(value).valid;
}

/**
 * Personas for the lead in the user's message, each with the fields that the schema has: those known here, where
 * they fit, and any others as `made` has them. Undefined where the schema is about something else.
 */
export function personaList(schema: JsonObject, made: unknown, userText: string, faker: SeededFaker) {
  const fields = asRecord(asRecord(schema.items)?.properties);
  if (!fields || !Array.isArray(made) || !TELLING_FIELDS.every((name) => name in fields)) return undefined;
  const { count, lead } = readLeadMessage(userText);
  const stories = faker.helpers.shuffle(STORIES);
  return peopleFor(faker, lead, countFor(schema, count)).map((person, i): JsonObject => {
    const known = writePersona({ faker, lead, person, story: stories[i % stories.length] ?? "" });
    const others = asRecord(made[i % made.length]);
    const members = Object.entries(fields).map(([name, field]) => {
      return [name, fits(field, known[name]) ? known[name] : others?.[name]];
    });
    return Object.fromEntries(members);
  });
}
