import type { Hono } from "hono";
import type { AppEnv } from "./env.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that a path has routes for (RFC 9110 §15.5.6); none where there is no such path. */
export function allowedMethods(app: Hono<AppEnv>, path: string): string[] {
  const known = METHODS.filter((method) => {
    const [handlers] = app.router.match(method, path);
    return handlers.some(([[, route]]) => route.method === method);
  });
  return known.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}
