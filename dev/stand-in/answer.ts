import { newtonAnswer } from "./chat/newton.ts";
import type { ChatRequest } from "./openai/chat-request.ts";
import { userTexts } from "./openai/chat-request.ts";
import { fillSchema } from "./openai/schema-fill.ts";
import { personaList } from "./personas/persona-list.ts";
import { seededFaker } from "./seeded-faker.ts";

/** `calls` counts the process's calls, so that the same question is not answered in the same words twice. */
export type AnswerWriter = (request: ChatRequest, calls: number) => string;

/** What the model says when no script says it for it. */
export const writeAnswer: AnswerWriter = (request, calls) => {
  const texts = userTexts(request);
  const [latest = ""] = texts;
  const faker = seededFaker(`${latest}#${calls}`);
  if (!request.schema) return newtonAnswer(request, faker);
  // A later word, such as a plea to try again, is not the lead.
  const lead = texts.find((text) => text.trimStart().startsWith("{")) ?? latest;
  return JSON.stringify(
    fillSchema(request.schema, faker, (part, made) => personaList(part, made, lead, faker)),
  );
};
