import { EVENTS, parameter, STREAM_ID } from "../parameters.ts";
import type { Answer, Described } from "../route.ts";

const EVENT_ID = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** How a stream of `what` is resumed; `more` ends its description. */
export function resumed(operationId: string, what: string, summary: string, more = ""): Described {
  const rest: Answer = { description: `The rest of the ${what}, then what comes`, mediaType: EVENTS };
  return {
    operationId,
    summary,
    description:
      "The events after the last one that arrived, none lost and none twice, then what comes. Each has an `id:` line, so " +
      `that an \`EventSource\` goes on by itself.${more}`,
    parameters: [
      STREAM_ID,
      parameter("header", "Last-Event-ID", "The last event that arrived. Wins over `after`.", EVENT_ID),
      parameter("query", "after", "The same, where a header cannot be sent.", EVENT_ID),
    ],
    answers: {
      200: [{ ...rest, headers: ["X-Stream-Id"] }],
      204: [{ description: "It has ended and there is nothing more" }],
    },
    problems: ["invalid_request", "not_found"],
  };
}
