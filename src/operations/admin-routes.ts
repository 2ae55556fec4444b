import { Hono } from "hono";
import type { Hasher } from "../hash.ts";
import { BODY_LIMIT, parseJson, readBody } from "../http/body.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { normalizeEmail, validate } from "../http/validate.ts";
import type { Person } from "./erase.ts";
import { type Erased, eraseRequest, type Stats } from "./schema.ts";

export interface AdminDeps {
  readonly stats: (days: number) => Promise<Stats>;
  /** `baseUrl`: under which this colo's copies are. */
  readonly erase: (person: Person, baseUrl: string) => Promise<Erased>;
  readonly hash: Hasher;
}

const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;

function daysOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DAYS;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  const message = `must be a whole number from 1 to ${MAX_DAYS}`;
  throw new Problem("invalid_request", { errors: [{ path: "/days", message }] });
}

export function adminRoutes({ stats, erase, hash }: AdminDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/api/admin/stats", async (c) => {
      c.header("Cache-Control", "no-store");
      return c.json(await stats(daysOf(c.req.query("days"))));
    })
    .post("/api/admin/erase", async (c) => {
      const who = validate(eraseRequest, parseJson(await readBody(c.req.raw, BODY_LIMIT)));
      const person =
        "email" in who ? { emailHash: hash(normalizeEmail(who.email)) } : { userHash: hash(who.userId) };
      return c.json({ erased: await erase(person, new URL(c.req.url).origin) });
    });
}
