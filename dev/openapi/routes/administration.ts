import { parameter, SET_ID } from "../parameters.ts";
import { routesOf } from "../route.ts";

const JOB_ID = parameter("path", "jobId", "From the answer that took the job.");
const DAYS = parameter("query", "days", "UTC days, today the last.", {
  type: "integer",
  minimum: 1,
  maximum: 90,
  default: 7,
});

export const ADMIN_ROUTES = routesOf("administration", "admin", {
  "GET /api/admin/stats": {
    operationId: "getStats",
    summary: "What was asked, spent and saved",
    description:
      "In UTC days. Money in US dollars. Days are kept for 400. A chat's cost is in it within seconds of its end.",
    parameters: [DAYS],
    answers: { 200: [{ description: "By day, and in all", schema: "Stats" }] },
    problems: ["invalid_request"],
  },
  "GET /api/admin/audit": {
    operationId: "getAudit",
    summary: "What the administration did",
    description: "Every call but reads, with a hash of its subject and never its body, kept for 400 days.",
    parameters: [DAYS],
    answers: { 200: [{ description: "Newest first", schema: "Audit" }] },
    problems: ["invalid_request"],
  },
  "GET /api/admin/metrics": {
    operationId: "getMetrics",
    summary: "The figures for Prometheus",
    description: "Counters and gauges, `asknewton_…`, in Prometheus' text format 0.0.4.",
    answers: { 200: [{ description: "Of today, and of all days kept", mediaType: "text/plain" }] },
  },
  "POST /api/admin/pregenerate": {
    operationId: "pregenerate",
    body: "PregenerateRequest",
    summary: "Have sets and portraits made before a visitor asks",
    description:
      "`now`, the default: at once. `economy`: by the upstream's Batch API, within a day at half the price.",
    answers: { 202: [{ description: "Taken", schema: "PregenerateAnswer" }] },
    problems: ["upstream_not_configured"],
  },
  "GET /api/admin/pregenerate/{jobId}": {
    operationId: "getPregenerateJob",
    summary: "How far a job is",
    description: "At most 100 failures are listed. Forgotten `REQUEST_LOG_RETENTION_DAYS` after its end.",
    parameters: [JOB_ID],
    answers: { 200: [{ description: "The job", schema: "PregenerateJob" }] },
  },
  "DELETE /api/admin/pregenerate/{jobId}": {
    operationId: "cancelPregenerateJob",
    summary: "Cancel a job",
    description: "What has not begun is not begun, a batch is cancelled, what is finished is kept.",
    parameters: [JOB_ID],
    answers: { 204: [{ description: "Cancelled, or at its end already" }] },
  },
  "DELETE /api/admin/personas/{setId}": {
    operationId: "forgetPersonaSet",
    summary: "Forget a set",
    description:
      "With its replays, and those of its portraits that are not made yet and that no other set wants. Made ones stay: " +
      "others may use them.",
    parameters: [SET_ID],
    answers: { 204: [{ description: "Forgotten" }] },
  },
  "POST /api/admin/erase": {
    operationId: "erasePerson",
    body: "EraseRequest",
    summary: "Erase all that is kept of a person",
    description:
      "By e-mail or by user: sets, log entries, streams, what is being made, and portraits that no other set uses. " +
      "`remains` names what the service cannot reach, and when that ends by itself.",
    answers: { 200: [{ description: "What was erased, and what remains where", schema: "EraseAnswer" }] },
  },
});
