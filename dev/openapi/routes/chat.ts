import { MAX_MESSAGES, MAX_QUESTION_CHARS, MAX_SENT_BACK_CHARS } from "../../../src/chat/schema.ts";
import { EVENTS, IDEMPOTENCY_KEY, STREAM_ID } from "../parameters.ts";
import { RUN, RUN_HEADERS, routesOf } from "../route.ts";
import { resumed } from "./resumed.ts";

const inWords = (count: number) => count.toLocaleString("en");

const MESSAGES =
  `1 to ${inWords(MAX_MESSAGES)} messages, the last from the user, a user's of 1 to ${inWords(MAX_QUESTION_CHARS)} ` +
  `characters and an assistant's of at most ${inWords(MAX_SENT_BACK_CHARS)}. ` +
  "To the model go the newest whole ones that fit; how many stayed behind is `droppedMessages`. With `persona` the " +
  "answer is given with that persona in mind.";

export const CHAT_ROUTES = routesOf("chat", "user", {
  "POST /api/chat": {
    operationId: "chat",
    body: "ChatRequest",
    summary: "Newton's answer, whole",
    description: `${MESSAGES} The same request as a stream shares its answer.`,
    parameters: [IDEMPOTENCY_KEY],
    answers: { 200: [{ description: "The answer", schema: "ChatAnswer", headers: RUN_HEADERS }] },
    problems: [...RUN, "persona_not_found"],
  },
  "POST /api/chat/stream": {
    operationId: "streamChat",
    body: "ChatRequest",
    summary: "Newton's answer as it is written",
    description:
      `${MESSAGES}\n\n` +
      '`data: {"id":1,"content":"Hel"}` for text, then `data: {"id":9,"done":true,"finishReason":"stop","usage":{…},"model":"…"}` ' +
      "(with `droppedMessages` where some did not go to the model), or " +
      '`data: {"id":9,"error":{"code","message","retryable"}}` where the upstream fails in the middle. ' +
      '`data: {"id":9,"reset":true}`: the server died under the answer, which begins again, and the text so far is void. ' +
      "A comment, `: keep-alive`, comes when it is silent. A reader that goes away stops nothing.",
    parameters: [IDEMPOTENCY_KEY],
    answers: {
      200: [{ description: "The stream", mediaType: EVENTS, headers: [...RUN_HEADERS, "X-Stream-Id"] }],
    },
    problems: [...RUN, "persona_not_found"],
  },
  "GET /api/chat/streams/{streamId}": resumed(
    "resumeChat",
    "answer",
    "Resume an answer",
    " For `CHAT_STREAM_TTL_SECONDS` after its end (an hour by default).",
  ),
  "DELETE /api/chat/streams/{streamId}": {
    operationId: "stopChat",
    summary: "Stop an answer, and the model with it",
    description:
      'Its readers get `done` with `finishReason: "stopped"`. Again, or after its end: 204 as well.',
    parameters: [STREAM_ID],
    answers: { 204: [{ description: "Stopped, or over already" }] },
    problems: ["not_found"],
  },
  "DELETE /api/chat/streams": {
    operationId: "stopChatByKey",
    summary: "Stop a send whose stream's id is not known yet",
    description:
      "By the `Idempotency-Key` that the send has, or will have: for 60 s it also stops one that comes later.",
    parameters: [{ ...IDEMPOTENCY_KEY, required: true }],
    answers: { 204: [{ description: "Stopped; or, within a minute, as soon as it arrives" }] },
    problems: ["invalid_idempotency_key"],
  },
});
