import type { Context, Hono, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { requireAdmin, requireUser } from "./auth/bearer.ts";
import type { VerifyToken } from "./auth/verifier.ts";
import { type ChatRoutesDeps, chatRoutes } from "./chat/routes.ts";
import { type BaseAppDeps, createBaseApp } from "./http/base-app.ts";
import type { AppEnv } from "./http/env.ts";
import { Problem } from "./http/errors.ts";
import { type AdminDeps, adminRoutes } from "./operations/admin-routes.ts";
import { auditTrail } from "./operations/audit.ts";
import { type OperationsDeps, operationsRoutes } from "./operations/routes.ts";
import { siteRoutes } from "./operations/site-routes.ts";
import { type PersonaAdminDeps, personaAdminRoutes } from "./personas/admin-routes.ts";
import { type PersonaRoutesDeps, personaRoutes } from "./personas/routes.ts";
import { type PortraitRoutesDeps, portraitRoutes } from "./portraits/serving/routes.ts";

/** What there is also where the configuration is invalid. */
export interface BaseDeps extends BaseAppDeps {
  readonly operations: OperationsDeps;
  /** The static assets. */
  readonly site: (request: Request) => Promise<Response>;
}

export interface AppDeps extends BaseDeps {
  readonly personas: PersonaRoutesDeps & PersonaAdminDeps;
  readonly portraits: PortraitRoutesDeps;
  readonly chat: ChatRoutesDeps;
  readonly admin: AdminDeps;
  /** Undefined: there is no administration. */
  readonly adminToken: string | undefined;
  /** Undefined: callers are anonymous. */
  readonly verifyToken: VerifyToken | undefined;
  /** Origins whose pages may call; none: the service's own alone. */
  readonly allowedOrigins: readonly string[];
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

/** The whole service as one Hono app, for a valid configuration. */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { personas, portraits, chat, admin, verifyToken } = deps;
  const app = createBaseApp(deps);
  if (deps.allowedOrigins.length > 0) app.use(crossOrigin(deps.allowedOrigins));
  if (verifyToken) {
    const signedIn = requireUser(verifyToken);
    app.use("/api/*", (c, next) => (OPEN.test(c.req.path) ? next() : signedIn(c, next)));
  }
  app.use("/api/admin/*", requireAdmin(deps.adminToken));
  app.route("/", operationsRoutes(deps.operations)).route("/", siteRoutes(deps.site));
  app.use("/api/admin/*", auditTrail(admin.audit, admin.hash)).route("/", adminRoutes(admin));
  app.route("/", personaRoutes(personas)).route("/", personaAdminRoutes(personas));
  app.route("/", portraitRoutes(portraits)).route("/", chatRoutes(chat));
  return app;
}

/** The service where the configuration is invalid: the site, and `ready`, which says so. */
export function createUnconfiguredApp(deps: BaseDeps): Hono<AppEnv> {
  const needsConfig = (path: string) => /^\/(api|images)(\/|$)/.test(path) && path !== "/api/ready";
  const app = createBaseApp(deps);
  app.use(async (c, next) => {
    if (needsConfig(c.req.path)) throw new Problem("invalid_configuration");
    await next();
  });
  return app.route("/", operationsRoutes(deps.operations)).route("/", siteRoutes(deps.site));
}

function crossOrigin(origins: readonly string[]): MiddlewareHandler<AppEnv> {
  const handle = cors({
    origin: [...origins],
    allowMethods: ["GET", "HEAD", "POST", "DELETE"],
    exposeHeaders: EXPOSED,
    maxAge: 86_400,
  });
  // The middleware takes every OPTIONS for a preflight (Fetch §4.9), also where it is only a wrong method.
  const isPreflight = (c: Context<AppEnv>) => c.req.header("Access-Control-Request-Method") !== undefined;
  return (c, next) => (c.req.method === "OPTIONS" && !isPreflight(c) ? next() : handle(c, next));
}
