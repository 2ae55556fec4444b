import { PROBLEMS, type ProblemCode } from "../../src/http/errors.ts";
import {
  allowOf,
  type Documented,
  documentedPath,
  faultsIn,
  faultsOf,
  headerFaults,
  operationOf,
  schemaFor,
} from "./document.ts";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const PROBLEM = "application/problem+json";
/** What any path may answer, the ones that the document does not have too. */
const ANYWHERE = [
  "not_found",
  "method_not_allowed",
  "unauthorized",
  "invalid_configuration",
  "internal",
  "overloaded",
];
const RETRY_LATER = [
  "rate_limited",
  "overloaded",
  "budget_exhausted",
  "caller_budget_exhausted",
  "still_running",
  "upstream_rate_limited",
];

/** What of a request the answer depends on here. */
type Asked = Pick<Request, "method" | "url" | "headers">;

interface Answer {
  readonly asked: Asked;
  readonly response: Response;
  readonly path: string;
  readonly mediaType: string;
  /** The JSON body; undefined where it is no JSON, or HEAD's. */
  readonly json: Record<string, unknown> | undefined;
  /** The body has bytes; undefined where it is a stream or a portrait, which are left to the test. */
  readonly empty: boolean | undefined;
}

type Fault = string | false | undefined;

function isJson(mediaType: string): boolean {
  return mediaType === "application/json" || mediaType === PROBLEM;
}

/** RFC 3986 §6.2.2.2: `%68` is `h`. */
function decoded(pathname: string): string {
  try {
    return decodeURI(pathname);
  } catch {
    return pathname;
  }
}

/** Streams and portraits stay unread: a second reader of a stream would change what a test measures. */
async function look(asked: Asked, response: Response): Promise<Answer> {
  const mediaType = (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim() ?? "";
  const path = decoded(new URL(asked.url).pathname);
  const answer = { asked, response, path, mediaType, json: undefined };
  if (mediaType !== "" && !isJson(mediaType)) return { ...answer, empty: undefined };
  const text = response.body ? await response.clone().text() : "";
  return { ...answer, empty: text === "", json: text === "" ? undefined : JSON.parse(text) };
}

/** CONTRACT §2: what every response carries. */
function commonFaults({ asked, response: { headers } }: Answer): Fault[] {
  const [given, id] = [asked.headers.get("X-Request-Id"), headers.get("X-Request-Id") ?? ""];
  const secure = asked.url.startsWith("https:");
  return [
    !REQUEST_ID.test(id) && `X-Request-Id is ${id}`,
    given !== null && REQUEST_ID.test(given) && id !== given && "the caller's X-Request-Id is not kept",
    headers.get("X-Content-Type-Options") !== "nosniff" && "X-Content-Type-Options is missing",
    !headers.has("Referrer-Policy") && "Referrer-Policy is missing",
    headers.has("Strict-Transport-Security") !== secure && "Strict-Transport-Security is wrong",
  ];
}

/** RFC 9457, and the headers that go with some codes. */
function problemFaults({ asked, response, mediaType, json }: Answer): Fault[] {
  const { status, headers } = response;
  if (mediaType !== PROBLEM) return [status >= 400 && status !== 416 && mediaType === "" && "is no problem"];
  if (!json) return [asked.method !== "HEAD" && "the problem has no body"];
  const code = String(json.code) as ProblemCode;
  return [
    ...faultsIn("Problem", json),
    json.status !== status && `status ${json.status} in the body`,
    PROBLEMS[code]?.status !== status && `${code} with status ${status}`,
    json.type !== `/docs#${code}` && `type ${json.type}`,
    json.requestId !== headers.get("X-Request-Id") && "another requestId than the header's",
    status === 401 && !headers.has("WWW-Authenticate") && "no WWW-Authenticate",
    RETRY_LATER.includes(code) && !/^[1-9]\d*$/.test(headers.get("Retry-After") ?? "") && "no Retry-After",
  ];
}

/** A path, or a method on one, that the document does not have. */
function strangerFaults({ response, json, path }: Answer): Fault[] {
  const known = documentedPath(path);
  const { status, headers } = response;
  const allow = headers.get("Allow");
  return [
    !PROBLEM_STATUSES.has(status) && "is not in the document",
    json && !ANYWHERE.includes(String(json.code)) && `${json.code} is not for what is not there`,
    status === 405 && !known && "405 on a path that is not in the document",
    status === 405 && known && allow !== allowOf(known) && `Allow: ${allow}`,
    status === 404 && known && !path.startsWith("/api/admin/") && "404 on a path that the document has",
  ];
}

const PROBLEM_STATUSES = new Set(ANYWHERE.map((code) => PROBLEMS[code as ProblemCode].status as number));

function bodyFaults({ asked, mediaType, json, empty }: Answer, documented: Documented): Fault[] {
  if (mediaType === "") return [empty === false && "a body without a type", hasBody(documented) && "no body"];
  const schema = schemaFor(documented, mediaType);
  if (!schema) return [`${mediaType} is not in the document for this status`];
  if (json) return faultsOf(schema, json);
  return [isJson(mediaType) && asked.method !== "HEAD" && "no JSON"];
}

function hasBody({ content }: Documented): boolean {
  return content !== undefined;
}

/** A preflight is the browser's, for any path, and no operation (Fetch §4.9). */
function isPreflight({ asked, response }: Answer): boolean {
  return (
    response.status === 204 &&
    asked.method === "OPTIONS" &&
    asked.headers.has("Access-Control-Request-Method")
  );
}

function documentFaults(answer: Answer): Fault[] {
  const { asked, response, path } = answer;
  if (!/^\/(api|images)(\/|$)/.test(path) || isPreflight(answer)) return [];
  const known = documentedPath(path);
  const operation = known && operationOf(known, asked.method);
  if (!operation) return strangerFaults(answer);
  const documented = operation.responses[response.status];
  if (!documented) return [`status ${response.status} is not in the document`];
  return [...headerFaults(documented, response.headers), ...bodyFaults(answer, documented)];
}

/** CONTRACT §2: the routes that ask a model say where the time went. */
function timingFaults({ asked, path, response: { ok, headers } }: Answer): Fault[] {
  const expensive = asked.method === "POST" && /^\/api\/(personas\/generate|chat|chat\/stream)$/.test(path);
  return [ok && expensive && !headers.get("Server-Timing") && "no Server-Timing"];
}

/**
 * Gives the response back where it is what CONTRACT §2 and the OpenAPI document say of such a request; throws
 * with every fault where it is not.
 */
export async function hold(asked: Asked, response: Response): Promise<Response> {
  const answer = await look(asked, response);
  const checks = [commonFaults, problemFaults, documentFaults, timingFaults];
  const faults = checks.flatMap((check) => check(answer)).filter((fault) => typeof fault === "string");
  if (faults.length === 0) return response;
  const said = answer.json ? ` ${JSON.stringify(answer.json).slice(0, 500)}` : "";
  const what = `${asked.method} ${answer.path} → ${response.status} ${answer.mediaType}${said}`;
  throw new Error(`${what}\nis not as the contract and the document say: ${faults.join("; ")}`);
}
