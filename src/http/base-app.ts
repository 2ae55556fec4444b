import { Hono } from "hono";
import type { Counters } from "../budget/totals.ts";
import { type LogFields, log } from "../log.ts";
import type { Note } from "../trace.ts";
import { parseAddress } from "./caller.ts";
import type { AppEnv } from "./env.ts";
import { Problem, problemResponse } from "./errors.ts";
import { requestId, setCommonHeaders } from "./headers.ts";
import { toProblem } from "./log-cause.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that a path has routes for (RFC 9110 §15.5.6); none where there is no such path. */
export function allowedMethods(app: Hono<AppEnv>, path: string): string[] {
  const known = METHODS.filter((method) => {
    const [handlers] = app.router.match(method, path);
    return handlers.some(([[, route]]) => route.method === method);
  });
  return known.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}

export interface BaseAppDeps {
  readonly counters: Counters;
  /** Adds to the request's span. */
  readonly noteRequest: Note;
}

/**
 * What every request has, whatever its route: an id, the common headers, one record in the log, its part in the
 * counts, and a problem (RFC 9457) for what fails or is not there.
 */
export function createBaseApp({ counters, noteRequest }: BaseAppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    const startedAt = Date.now();
    c.set("requestId", requestId(c.req.raw));
    c.set("later", (promise) => c.executionCtx.waitUntil(promise));
    c.set("caller", { address: parseAddress(c.req.raw.headers) });
    await next();
    setCommonHeaders(c.res.headers, c.get("requestId"), c.req.url.startsWith("https:"));
    const { method, routePath } = c.req;
    const route = routePath.replace(/\{.*\}$/, ""); // without the pattern of its last parameter
    const { tier, code, counts } = c.var;
    const durationMs = Date.now() - startedAt;
    const { status } = c.res;
    if (counts) counters.count({ ...counts, ...(code && { [`errors.${code}`]: 1 }) }, c.get("later"));
    noteRequest({
      "http.route": route,
      "asknewton.request.id": c.get("requestId"),
      ...(tier && { "asknewton.tier": tier }),
      ...(code && { "error.type": code }),
    });
    if (tier === "memory" && !code)
      return log.hit({ method, route, status, tier }, durationMs, c.get("later"));
    const outcome = { status, durationMs, ...(tier && { tier }), ...(code && { code }) };
    log.info("request", { requestId: c.get("requestId"), method, route, ...outcome });
  });
  app.notFound((c) => {
    const allow = allowedMethods(app, c.req.path);
    const problem =
      allow.length > 0
        ? new Problem("method_not_allowed", { headers: { Allow: allow.join(", ") } })
        : new Problem("not_found");
    c.set("code", problem.code);
    return problemResponse(problem.code, c.get("requestId"), problem.options);
  });
  app.onError((error, c) => {
    const logOther = (fields: LogFields) => log.error("request.failed", fields);
    const { code, options } = toProblem(error, { requestId: c.get("requestId") }, logOther);
    c.set("code", code);
    return problemResponse(code, c.get("requestId"), options);
  });
  return app;
}
