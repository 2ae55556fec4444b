import { BODY, type Parameter, type Route, SET_ID, USER } from "../route.ts";

const JOB_ID: Parameter = {
  name: "jobId",
  in: "path",
  required: true,
  description: "From the answer that took the job.",
  schema: { type: "string" },
};
const DAYS: Parameter = {
  name: "days",
  in: "query",
  description: "UTC days, today the last.",
  schema: { type: "integer", minimum: 1, maximum: 90, default: 7 },
};

/** All are 404 where there is no `ADMIN_TOKEN`. */
export const ADMIN_ROUTES: readonly Route[] = [
  {
    operationId: "getStats",
    method: "get",
    path: "/api/admin/stats",
    tag: "administration",
    access: "admin",
    summary: "What was asked, spent and saved",
    description:
      "In UTC days. Money in US dollars. Days are kept for 400. A chat's cost is in it within seconds of its end.",
    parameters: [DAYS],
    answers: { 200: [{ description: "By day, and in all", schema: "Stats" }] },
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    operationId: "getAudit",
    method: "get",
    path: "/api/admin/audit",
    tag: "administration",
    access: "admin",
    summary: "What the administration did",
    description: "Every call but reads, with a hash of its subject and never its body, kept for 400 days.",
    parameters: [DAYS],
    answers: { 200: [{ description: "Newest first", schema: "Audit" }] },
    problems: ["invalid_request", "not_found", ...USER],
  },
  {
    operationId: "getMetrics",
    method: "get",
    path: "/api/admin/metrics",
    tag: "administration",
    access: "admin",
    summary: "The figures for Prometheus",
    description: "Counters and gauges, `asknewton_…`, in Prometheus' text format 0.0.4.",
    answers: { 200: [{ description: "Of today, and of all days kept", mediaType: "text/plain" }] },
    problems: ["not_found", ...USER],
  },
  {
    operationId: "pregenerate",
    method: "post",
    path: "/api/admin/pregenerate",
    tag: "administration",
    access: "admin",
    body: "PregenerateRequest",
    summary: "Have sets and portraits made before a visitor asks",
    description:
      "`now`, the default: at once. `economy`: by the upstream's Batch API, within a day at half the price.",
    answers: { 202: [{ description: "Taken", schema: "PregenerateAnswer" }] },
    problems: [...BODY, "not_found", "upstream_not_configured", ...USER],
  },
  {
    operationId: "getPregenerateJob",
    method: "get",
    path: "/api/admin/pregenerate/{jobId}",
    tag: "administration",
    access: "admin",
    summary: "How far a job is",
    description: "At most 100 failures are listed. Forgotten `REQUEST_LOG_RETENTION_DAYS` after its end.",
    parameters: [JOB_ID],
    answers: { 200: [{ description: "The job", schema: "PregenerateJob" }] },
    problems: ["not_found", ...USER],
  },
  {
    operationId: "cancelPregenerateJob",
    method: "delete",
    path: "/api/admin/pregenerate/{jobId}",
    tag: "administration",
    access: "admin",
    summary: "Cancel a job",
    description: "What has not begun is not begun, a batch is cancelled, what is finished is kept.",
    parameters: [JOB_ID],
    answers: { 204: [{ description: "Cancelled, or at its end already" }] },
    problems: ["not_found", ...USER],
  },
  {
    operationId: "forgetPersonaSet",
    method: "delete",
    path: "/api/admin/personas/{setId}",
    tag: "administration",
    access: "admin",
    summary: "Forget a set",
    description:
      "With its replays, and those of its portraits that are not made yet and that no other set wants. Made ones stay: " +
      "others may use them.",
    parameters: [SET_ID],
    answers: { 204: [{ description: "Forgotten" }] },
    problems: ["not_found", ...USER],
  },
  {
    operationId: "erasePerson",
    method: "post",
    path: "/api/admin/erase",
    tag: "administration",
    access: "admin",
    body: "EraseRequest",
    summary: "Erase all that is kept of a person",
    description:
      "By e-mail or by user: sets, log entries, streams, what is being made, and portraits that no other set uses. " +
      "`remains` names what the service cannot reach, and when that ends by itself.",
    answers: { 200: [{ description: "What was erased, and what remains where", schema: "EraseAnswer" }] },
    problems: [...BODY, "not_found", ...USER],
  },
];
