import { timingSafeEqual } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { sha256 } from "../hash.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import type { VerifyToken } from "./verifier.ts";

// Wider than RFC 6750's b64token: an operator's ADMIN_TOKEN may hold any visible character.
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/** The token of an `Authorization: Bearer` header (RFC 6750 §2.1), if it is one. */
export function bearerToken(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1];
}

/** RFC 6750 §3: a challenge names the error only where credentials were given. */
function unauthorized(given: boolean): Problem {
  const challenge = `Bearer realm="asknewton"${given ? ', error="invalid_token"' : ""}`;
  return new Problem("unauthorized", { headers: { "WWW-Authenticate": challenge } });
}

/** Lets those through who have a valid token; its `sub` is the user. */
export function requireUser(verify: VerifyToken) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const header = c.req.header("Authorization");
    const token = bearerToken(header);
    const user = token === undefined ? undefined : await verify(token);
    if (user === undefined) throw unauthorized(header !== undefined);
    c.set("caller", { ...c.get("caller"), user });
    await next();
  });
}

/** In constant time: the hashes have one length whatever was sent. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a), "hex"), Buffer.from(sha256(b), "hex"));
}

/** Without an ADMIN_TOKEN nothing of the administration is there at all. */
export function requireAdmin(adminToken: string | undefined) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (adminToken === undefined) throw new Problem("not_found");
    const header = c.req.header("Authorization");
    const token = bearerToken(header);
    if (token === undefined || !sameSecret(token, adminToken)) throw unauthorized(header !== undefined);
    await next();
  });
}
