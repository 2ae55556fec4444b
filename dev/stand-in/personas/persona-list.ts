import type { JsonObject } from "../openai/json.ts";
import { isObject } from "../openai/json.ts";
import { fillSchema } from "../openai/schema-fill.ts";
import type { Random } from "../random.ts";
import { pick, sample } from "../random.ts";
import type { Angle } from "./angles/angle.ts";
import { CARE_ANGLES } from "./angles/care.ts";
import { LIFE_ANGLES } from "./angles/life.ts";
import { MONEY_ANGLES } from "./angles/money.ts";
import type { Member } from "./cast.ts";
import { castFor } from "./cast.ts";
import type { Lead } from "./lead/lead.ts";
import { readLeadMessage } from "./lead/lead.ts";
import type { Portrayal } from "./write.ts";
import { conditionsOf, writePersona } from "./write.ts";

const ANGLES: readonly Angle[] = [...MONEY_ANGLES, ...CARE_ANGLES, ...LIFE_ANGLES];

/** A schema with so many of these is a list of personas. */
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
  if (schema.type !== "array" || !isObject(schema.items)) return undefined;
  const fields = schema.items.properties;
  if (!isObject(fields)) return undefined;
  return TELLING_FIELDS.filter((field) => field in fields).length >= ENOUGH_FIELDS ? fields : undefined;
}

function countFor(schema: JsonObject, asked: number | undefined): number {
  const least = typeof schema.minItems === "number" ? schema.minItems : 1;
  const most = typeof schema.maxItems === "number" ? schema.maxItems : Number.POSITIVE_INFINITY;
  return Math.max(least, Math.min(most, asked ?? Math.max(least, DEFAULT_COUNT)));
}

/** Another angle for each, while there are any that suit. */
function portrayals(random: Random, lead: Lead, cast: readonly Member[]): Portrayal[] {
  const unused = new Set(sample(random, ANGLES));
  return cast.map((member) => {
    const conditions = conditionsOf(member, lead);
    const suits = (angle: Angle) => angle.suits({ ...member, conditions });
    const angle = [...unused].find(suits) ?? pick(random, ANGLES.filter(suits));
    unused.delete(angle);
    return { random, lead, member, angle, conditions };
  });
}

/**
 * Personas for the lead in the user's message, each with the fields that the schema has: those known here, and
 * any others by the general rule. Undefined where the schema is about something else.
 */
export function personaList(schema: JsonObject, userText: string, random: Random): JsonObject[] | undefined {
  const fields = personaFields(schema);
  if (!fields) return undefined;
  const { count, lead } = readLeadMessage(userText);
  const cast = castFor(random, lead, countFor(schema, count));
  return portrayals(random, lead, cast).map((portrayal) => {
    const known = writePersona(portrayal);
    const members = Object.entries(fields).map(([name, field]) => {
      return [name, known[name] ?? fillSchema(isObject(field) ? field : {}, random)];
    });
    return Object.fromEntries(members);
  });
}
