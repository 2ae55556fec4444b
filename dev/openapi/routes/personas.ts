import type { HeaderName } from "../headers.ts";
import {
  BODY,
  EVENTS,
  IDEMPOTENCY_KEY,
  IF_NONE_MATCH,
  KEYED,
  LAST_EVENT_ID,
  type Route,
  RUN,
  RUN_HEADERS,
  resume,
  SET_ID,
  STREAM_ID,
  USER,
} from "../route.ts";

const SET_HEADERS: HeaderName[] = ["Cache-Status", ...RUN_HEADERS];

export const PERSONA_ROUTES: readonly Route[] = [
  {
    operationId: "generatePersonas",
    method: "post",
    path: "/api/personas/generate",
    tag: "personas",
    access: "user",
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
      {
        name: "Cache-Control",
        in: "header",
        description:
          "`no-cache` makes the set anew, under the same `setId` (not beside `Pragma: no-cache`, which is a browser's " +
          "reload); `only-if-cached` never makes one.",
        schema: { type: "string" },
      },
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
    problems: [...BODY, ...KEYED, ...USER, ...RUN, "not_cached"],
  },
  {
    operationId: "resumePersonas",
    method: "get",
    path: "/api/personas/generations/{streamId}",
    tag: "personas",
    access: "user",
    summary: "Resume a stream of personas",
    description:
      "The events after the last one that arrived, none lost and none twice, then what comes. Each has an `id:` line, so " +
      "that an `EventSource` goes on by itself.",
    parameters: [STREAM_ID, ...LAST_EVENT_ID],
    answers: resume("stream"),
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    operationId: "getPersonaSet",
    method: "get",
    path: "/api/personas/{setId}",
    tag: "personas",
    access: "user",
    summary: "A set, with today's state of its portraits",
    description:
      "`fromCache` is true here. Another user's set is 404 where callers sign in and the cache's scope is `subject`.",
    parameters: [SET_ID, IF_NONE_MATCH],
    answers: {
      200: [{ description: "The set", schema: "PersonaSet", headers: ["ETag"] }],
      304: [{ description: "`If-None-Match` has it", headers: ["ETag"] }],
    },
    problems: ["not_found", ...USER],
  },
];
