import { newtonAnswer } from "./chat/newton.ts";
import { type ChatRequest, userTexts } from "./openai/chat-request.ts";
import { fillSchema } from "./openai/schema-fill.ts";
import { personaList } from "./personas/persona-list.ts";
import { seededFaker } from "./seeded-faker.ts";

/**
 * What the model says when no script says it for it. `calls` counts the process's calls, so that the same question is not
 * answered in the same words twice.
 */
export function writeAnswer(request: ChatRequest, calls: number): string {
  const texts = userTexts(request);
  const [latest = ""] = texts;
  const faker = seededFaker(`${latest}#${calls}`);
  if (!request.schema) return newtonAnswer(request, faker);
  // A later word, such as a plea to try again, is not the lead.
  const lead = texts.find((text) => text.trimStart().startsWith("{")) ?? latest;
  return JSON.stringify(
    fillSchema(request.schema, faker, (part, made) => personaList(part, made, lead, faker)),
  );
}
