import { type Increments, savedTotals } from "../../budget/totals.ts";
import { BODY_LIMIT, declaredJsonLength } from "../../http/body.ts";
import { commonHeaders } from "../../http/headers.ts";
import { JSON_HEADERS } from "../answer.ts";
import { GENERATE_PATH } from "../schema.ts";
import type { MemoryCache } from "./layers.ts";

/** What memory knows a request by: its body's digest and who asks. */
export function toBodyKey(digest: string, user: string | undefined): string {
  return `${digest} ${user ?? ""}`;
}

export interface FastAnswer {
  readonly response: Response;
  /** What it adds to the day's totals. */
  readonly counts: Increments;
}

/** A hot hit, answered before routing: for a request that nothing but its body sets apart. */
export interface FastPath {
  readonly route: string;
  /** Whether a request is of that kind. All others are the app's. */
  mayAnswer(request: Request): boolean;
  /** Undefined where memory has no answer to a body with this digest. */
  find(request: Request, digest: string): FastAnswer | undefined;
}

export interface FastPathDeps {
  readonly memory: MemoryCache;
  readonly publicBaseUrl: string | undefined;
  /** Answers depend on the `Origin`. */
  readonly crossOrigin: boolean;
}

const EVENT_STREAM = /text\/(\*|event-stream)/i;
/** Headers by which a caller may want something else than what is cached. */
const WISHES = ["Cache-Control", "Idempotency-Key"];

function fastHeaders(secure: boolean): Headers {
  const status = { "Cache-Status": "asknewton-memory; hit", "Server-Timing": "memory" };
  return new Headers({ ...JSON_HEADERS, ...status, ...commonHeaders(secure) });
}

/** Only for callers who do not sign in. */
export function createFastPath({ memory, publicBaseUrl, crossOrigin }: FastPathDeps): FastPath {
  const plain = fastHeaders(false); // made once: copying them costs a third of making them
  const secure = fastHeaders(true);
  const unlike = crossOrigin ? [...WISHES, "Origin"] : WISHES;

  function parseOrigin({ url }: Request): string {
    return url.slice(0, url.length - GENERATE_PATH.length);
  }

  return {
    route: GENERATE_PATH,
    mayAnswer(request) {
      const { url, method, headers } = request;
      if (method !== "POST" || url.indexOf("/", 8) !== url.length - GENERATE_PATH.length) return false;
      if (!url.endsWith(GENERATE_PATH) || unlike.some((name) => headers.has(name))) return false;
      const accept = headers.get("Accept");
      if (accept !== null && EVENT_STREAM.test(accept)) return false;
      return declaredJsonLength(request, BODY_LIMIT) !== undefined;
    },
    find(request, digest) {
      const key = memory.toKey(toBodyKey(digest, undefined));
      // Where the Host header is spelled oddly this is no origin, and memory has nothing under it.
      const baseUrl = publicBaseUrl ?? parseOrigin(request);
      const answer = key === undefined ? undefined : memory.get({ key, baseUrl });
      if (!answer) return undefined;
      const headers = request.url.startsWith("https:") ? secure : plain;
      const counts = { requests: 1, "hits.memory": 1, ...savedTotals(answer.saved) };
      return { response: new Response(answer.body, { headers }), counts };
    },
  };
}
