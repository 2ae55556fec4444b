import { type Counters, type Increments, savedTotals } from "../../budget/totals.ts";
import { digest } from "../../hash.ts";
import { BODY_LIMIT, declaredJsonLength } from "../../http/body.ts";
import type { AppEnv } from "../../http/env.ts";
import { commonHeaders, REQUEST_ID, requestId } from "../../http/headers.ts";
import { log } from "../../log.ts";
import { JSON_HEADERS } from "../answer.ts";
import { GENERATE_PATH } from "../schema.ts";
import { type MemoryCache, toBodyKey } from "./memory.ts";

export interface FastAnswer {
  readonly response: Response;
  /** What it adds to the day's totals. */
  readonly counts: Increments;
}

/** A hit from memory, answered before routing: for a request that nothing but its body sets apart. */
export interface FastPath {
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
    mayAnswer(request) {
      const { url, method, headers } = request;
      if (method !== "POST" || url.indexOf("/", 8) !== url.length - GENERATE_PATH.length) return false;
      if (!url.endsWith(GENERATE_PATH) || unlike.some((name) => headers.has(name))) return false;
      const accept = headers.get("Accept");
      if (accept !== null && EVENT_STREAM.test(accept)) return false;
      return declaredJsonLength(request, BODY_LIMIT) !== undefined;
    },
    find(request, digest) {
      // Where the Host header is spelled oddly this is no origin, and memory has nothing under it.
      const baseUrl = publicBaseUrl ?? parseOrigin(request);
      const answer = memory.getByBody(toBodyKey(digest, undefined), baseUrl);
      if (!answer) return undefined;
      const headers = request.url.startsWith("https:") ? secure : plain;
      const counts = { requests: 1, "hits.memory": 1, ...savedTotals(answer.saved) };
      return { response: new Response(answer.body, { headers }), counts };
    },
  };
}

export type Fetch<E> = (request: Request, env: E, ctx: ExecutionContext) => Response | Promise<Response>;

/**
 * Before the app: hits from memory, which are most requests, are answered here, without routing and
 * middleware. They would cost as much again. Everything else is the app's, with the body that was read here.
 */
export function withFastPath(
  app: Fetch<AppEnv["Bindings"]>,
  fastPath: FastPath | undefined,
  counters: Pick<Counters, "count">,
): Fetch<unknown> {
  async function fastPathOrApp(request: Request, ctx: ExecutionContext, { find }: FastPath) {
    const startedAt = Date.now();
    const body = await request.arrayBuffer();
    const found = find(request, await digest(body));
    if (!found) return await app(request, { body: new Uint8Array(body) }, ctx);
    const { response, counts } = found;
    const later = (promise: Promise<unknown>) => ctx.waitUntil(promise);
    counters.count(counts, later);
    response.headers.set(REQUEST_ID, requestId(request));
    log.hit(
      { method: "POST", route: GENERATE_PATH, status: 200, tier: "memory" },
      Date.now() - startedAt,
      later,
    );
    return response;
  }

  return (request, _env, ctx) =>
    fastPath?.mayAnswer(request) ? fastPathOrApp(request, ctx, fastPath) : app(request, {}, ctx);
}
