import { env } from "cloudflare:workers";
import { expect } from "vitest";
import { call, newLead, type ProblemBody } from "./api.ts";
import { allOf, keepsToItself } from "./discretion.ts";
import type { GuardedRoute } from "./guarded-routes.ts";
import { bearerFor } from "./tokens.ts";

export interface Knock {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly query?: string;
}

/** A new caller each time: what one of them costs counts for no other. */
export async function credentialsFor({ access }: GuardedRoute): Promise<Record<string, string>> {
  if (access === "anyone") return {};
  const { ADMIN_TOKEN } = env as unknown as { ADMIN_TOKEN: string };
  return access === "admin" ? { Authorization: `Bearer ${ADMIN_TOKEN}` } : await bearerFor(newLead().name);
}

/** Sends a request without fault to a route, but for what is given. */
export async function knock(
  route: GuardedRoute,
  { method = route.method, headers = {}, body, query = "" }: Knock = {},
): Promise<Response> {
  const given = body ?? (route.body && JSON.stringify(route.body.with(newLead().name)));
  const takesBody = route.body && !["GET", "HEAD"].includes(method);
  return await call(`${route.path}${query}`, {
    method,
    headers: {
      ...(takesBody && { "Content-Type": "application/json" }),
      ...route.headers,
      ...(await credentialsFor(route)),
      ...headers,
    },
    ...(takesBody && given !== undefined && { body: given }),
  });
}

/** The problem is this one, and neither it nor its headers tell a secret or any of these words. */
export async function isRefused(
  response: Response,
  expected: readonly [status: number, code: string],
  ...words: readonly string[]
): Promise<ProblemBody> {
  const text = await allOf(response);
  keepsToItself(text, ...words);
  const problem = JSON.parse(text.slice(text.indexOf("\n\n"))) as ProblemBody;
  expect([response.status, problem.code]).toEqual(expected);
  return problem;
}
