import { streamId } from "../runs/resume.ts";
import { runResponse } from "../runs/run-answer.ts";
import type { SendAnswer } from "./object.ts";
import type { ChatAnswer } from "./schema.ts";

const JSON_HEADERS = { "Content-Type": "application/json", "Cache-Control": "private, no-store" };

/** What a run's object answered, as HTTP. Throws the run's failure as a `Problem`. */
export function answerFromRun(name: string, answer: SendAnswer, serverTiming: string): Response {
  const timing = { "Server-Timing": serverTiming };
  const replayed = answer.how === "replayed";
  const headers = { ...timing, ...(replayed && { "Idempotency-Replayed": "true" }) };
  if (answer.kind !== "answer") return runResponse(answer, name, headers);
  const { content, ...end } = answer.message;
  const body: ChatAnswer = {
    message: { role: "assistant", content },
    ...end,
    streamId: streamId({ name, runId: answer.runId }),
    ...(replayed && { fromIdempotentCache: true }),
  };
  return new Response(JSON.stringify(body), { headers: { ...JSON_HEADERS, ...headers } });
}
