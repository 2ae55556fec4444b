import { type Context, Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { requireAdmin, requireUser } from "./auth/bearer.ts";
import type { VerifyToken } from "./auth/verifier.ts";
import type { Counters } from "./budget/counters.ts";
import { type ChatRoutesDeps, chatRoutes } from "./chat/routes.ts";
import type { Config, ConfigResult } from "./config/config.ts";
import { overloaded, unavailability } from "./http/availability.ts";
import { parseAddress } from "./http/caller.ts";
import type { AppEnv } from "./http/env.ts";
import { Problem, problemResponse } from "./http/errors.ts";
import { setCommonHeaders } from "./http/headers.ts";
import { logCause } from "./http/log-cause.ts";
import { allowedMethods } from "./http/methods.ts";
import { requestId } from "./http/request-id.ts";
import { describeError, log } from "./log.ts";
import { type AdminDeps, adminRoutes } from "./operations/admin-routes.ts";
import { auditTrail } from "./operations/audit.ts";
import { type OperationsDeps, operationsRoutes } from "./operations/routes.ts";
import { siteRoutes } from "./operations/site-routes.ts";
import { type PersonaAdminDeps, personaAdminRoutes } from "./personas/admin-routes.ts";
import { type PersonaRoutesDeps, personaRoutes } from "./personas/routes.ts";
import { type PortraitRoutesDeps, portraitRoutes } from "./portraits/serving/routes.ts";
import type { Note } from "./trace.ts";

export interface AppDeps {
  readonly config: ConfigResult;
  /** Undefined where the configuration is invalid: nothing can be made from it. */
  readonly personas: (PersonaRoutesDeps & PersonaAdminDeps) | undefined;
  readonly images: PortraitRoutesDeps | undefined;
  readonly chat: ChatRoutesDeps | undefined;
  readonly operations: OperationsDeps;
  /** The static assets. */
  readonly site: (request: Request) => Promise<Response>;
  readonly admin: AdminDeps | undefined;
  /** Undefined: there is no administration. */
  readonly adminToken: string | undefined;
  readonly counters: Counters;
  /** Adds to the request's span. */
  readonly noteRequest: Note;
  /** Undefined: callers are anonymous. */
  readonly verifyToken: VerifyToken | undefined;
}

/** What is open to those who have not signed in; the administration has a bearer of its own. */
const OPEN = /^\/api\/(health|ready|admin\/.*)$/;

const EXPOSED = [
  "X-Request-Id",
  "X-Stream-Id",
  "Cache-Status",
  "Idempotency-Replayed",
  "Retry-After",
  "Server-Timing",
];

/** The routes whose work hangs on the configuration. `ready` says what is wrong with it. */
function needsConfig(path: string): boolean {
  return /^\/(api|images)(\/|$)/.test(path) && path !== "/api/ready";
}

function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof Problem) {
    logCause(error, { requestId });
    return error;
  }
  log.error("request.failed", { requestId, ...describeError(error) });
  return unavailability(error) ? overloaded(error) : new Problem("internal");
}

export function createApp({ config, operations, verifyToken, ...rooms }: AppDeps): Hono<AppEnv> {
  const { personas, images, chat, admin } = rooms;
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
    if (counts) rooms.counters.count({ ...counts, ...(code && { [`errors.${code}`]: 1 }) }, c.get("later"));
    rooms.noteRequest({
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
  if (config.ok && config.config.ALLOWED_ORIGINS.length > 0) app.use(crossOrigin(config.config));
  app.use(async (c, next) => {
    if (!config.ok && needsConfig(c.req.path)) throw new Problem("invalid_configuration");
    await next();
  });

  if (verifyToken) {
    const signedIn = requireUser(verifyToken);
    app.use("/api/*", (c, next) => (OPEN.test(c.req.path) ? next() : signedIn(c, next)));
  }

  app.use("/api/admin/*", requireAdmin(rooms.adminToken));
  app.route("/", operationsRoutes(operations)).route("/", siteRoutes(rooms.site));
  if (admin) app.use("/api/admin/*", auditTrail(admin.audit, admin.hash)).route("/", adminRoutes(admin));
  if (personas) app.route("/", personaRoutes(personas)).route("/", personaAdminRoutes(personas));
  if (images) app.route("/", portraitRoutes(images));
  if (chat) app.route("/", chatRoutes(chat));

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
    const { code, options } = toProblem(error, c.get("requestId"));
    c.set("code", code);
    return problemResponse(code, c.get("requestId"), options);
  });
  return app;
}

function crossOrigin({ ALLOWED_ORIGINS }: Config): MiddlewareHandler<AppEnv> {
  const handle = cors({
    origin: [...ALLOWED_ORIGINS],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    exposeHeaders: EXPOSED,
    maxAge: 86_400,
  });
  // The middleware takes every OPTIONS for a preflight (Fetch §4.9), also where it is only a wrong method.
  const isPreflight = (c: Context<AppEnv>) => c.req.header("Access-Control-Request-Method") !== undefined;
  return (c, next) => (c.req.method === "OPTIONS" && !isPreflight(c) ? next() : handle(c, next));
}
