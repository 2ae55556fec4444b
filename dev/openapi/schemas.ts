import * as z from "zod/mini";
import * as chat from "../../src/chat/schema.ts";
import { PROBLEMS } from "../../src/http/errors.ts";
import * as operations from "../../src/operations/schema.ts";
import * as personas from "../../src/personas/schema.ts";

/** RFC 9457, as every error answers. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(Object.keys(PROBLEMS) as [string, ...string[]]),
  detail: z.string(),
  requestId: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});

/** By the name under which the document has them. */
export const SCHEMAS = {
  GenerateRequest: personas.generateRequest,
  PersonaSet: personas.personaSet,
  ChatRequest: chat.chatRequest,
  ChatAnswer: chat.chatAnswer,
  Health: operations.health,
  Readiness: operations.readiness,
  Stats: operations.stats,
  PregenerateRequest: personas.pregenerateRequest,
  PregenerateAnswer: personas.pregenerateAnswer,
  PregenerateJob: personas.pregenerateJob,
  EraseRequest: operations.eraseRequest,
  EraseAnswer: operations.eraseAnswer,
  Audit: operations.audit,
  Problem: problem,
} as const;

export type SchemaName = keyof typeof SCHEMAS;

const COUNT = { type: "integer", minimum: 1, maximum: personas.MAX_COUNT, default: personas.DEFAULT_COUNT };
const ANY_OBJECT = { type: "object", additionalProperties: true };

/** What is part of those, by a name of its own: a generated client has a type of it. */
const PARTS = { Persona: personas.persona, ChatMessage: chat.chatMessage, Bucket: operations.bucket };

/** JSON Schema (2020-12, which OpenAPI 3.1 takes as it is) of each, from the schemas that validate. */
export function componentSchemas(): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...SCHEMAS, ...PARTS })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: "input",
    unrepresentable: "any",
    uri: (id) => `#/components/schemas/${id}`,
    // Free objects are checked by functions, which have no JSON Schema of their own.
    override({ zodSchema, jsonSchema, path }) {
      if (zodSchema._zod.def.type !== "custom") return;
      Object.assign(jsonSchema, ANY_OBJECT, path.at(-1) === "config" && { properties: { count: COUNT } });
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}
