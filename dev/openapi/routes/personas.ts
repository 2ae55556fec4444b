import type { HeaderName } from "../headers.ts";
import { EVENTS, IDEMPOTENCY_KEY, IF_NONE_MATCH, NOT_CHANGED, parameter, SET_ID } from "../parameters.ts";
import { RUN, RUN_HEADERS, routesOf } from "../route.ts";
import { resumed } from "./resumed.ts";

const SET_HEADERS: HeaderName[] = ["Cache-Status", ...RUN_HEADERS];

export const PERSONA_ROUTES = routesOf("personas", "user", {
  "POST /api/personas/generate": {
    operationId: "generatePersonas",
    body: "GenerateRequest",
    summary: "Personas for a lead",
    description:
      "Equal inputs for the same person are answered from a cache; equal requests at the same time share one answer. " +
      "`leadData` and all of `config` but `count` are the caller's own and go to the model, `email` never does. The " +
      'answer does not wait for portraits, unless `images` is `"wait"` (90 s at most).\n\n' +
      'With `Accept: text/event-stream` each persona comes as `data: {"id":1,"persona":{…}}` the moment it is finished, ' +
      'then `data: {"id":4,"done":true,"setId","fromCache","createdAt","imageWidths","model"}`. ' +
      '`data: {"id":3,"reset":true}` says to forget those so far, and ' +
      '`data: {"id":3,"error":{"code","message","retryable"}}` is the last where it fails in the middle. It goes on ' +
      "where its reader has gone, and cannot be stopped.",
    parameters: [
      IDEMPOTENCY_KEY,
      parameter(
        "header",
        "Cache-Control",
        "`no-cache` makes the set anew, under the same `setId` (not beside `Pragma: no-cache`, which is a browser's " +
          "reload); `only-if-cached` never makes one.",
      ),
    ],
    answers: {
      200: [
        { description: "The set", schema: "PersonaSet", headers: SET_HEADERS },
        {
          description: "The set as it is made",
          mediaType: EVENTS,
          headers: [...SET_HEADERS, "X-Stream-Id"],
        },
      ],
    },
    problems: [...RUN, "not_cached"],
  },
  "GET /api/personas/generations/{streamId}": resumed(
    "resumePersonas",
    "stream",
    "Resume a stream of personas",
  ),
  "GET /api/personas/{setId}": {
    operationId: "getPersonaSet",
    summary: "A set, with today's state of its portraits",
    description:
      "`fromCache` is true here. Another user's set is 404 where callers sign in and the cache's scope is `subject`.",
    parameters: [SET_ID, IF_NONE_MATCH],
    answers: {
      200: [{ description: "The set", schema: "PersonaSet", headers: ["ETag"] }],
      304: [{ description: NOT_CHANGED, headers: ["ETag"] }],
    },
    problems: ["not_found"],
  },
});
