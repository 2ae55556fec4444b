import { newtonAnswer } from "./chat/newton.ts";
import type { ChatRequest } from "./openai/chat-request.ts";
import { userTexts } from "./openai/chat-request.ts";
import { fillSchema } from "./openai/schema-fill.ts";
import { personaList } from "./personas/persona-list.ts";
import { seededRandom } from "./random.ts";

export interface Answer {
  readonly text: string;
}

/** `calls` counts the process's calls, so that the same question is not answered in the same words twice. */
export type AnswerWriter = (request: ChatRequest, calls: number) => Answer;

/** What the model says when no script says it for it. */
export const writeAnswer: AnswerWriter = (request, calls) => {
  const texts = userTexts(request);
  const [latest = ""] = texts;
  const random = seededRandom(`${latest}#${calls}`);
  if (!request.schema) return { text: newtonAnswer(request, random) };
  // A later word, such as a plea to try again, is not the lead.
  const lead = texts.find((text) => text.trimStart().startsWith("{")) ?? latest;
  const value = fillSchema(request.schema, random, (schema) => personaList(schema, lead, random));
  return { text: JSON.stringify(value) };
};
