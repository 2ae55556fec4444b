import { Hono } from "hono";
import type { Hasher } from "../hash.ts";
import { BODY_LIMIT, parseJson, readBody } from "../http/body.ts";
import type { AppEnv } from "../http/env.ts";
import { Problem } from "../http/errors.ts";
import { normalizeEmail, validate } from "../http/validate.ts";
import type { Audit } from "./audit.ts";
import type { Person } from "./erase.ts";
import { type EraseAnswer, eraseRequest, type Stats } from "./schema.ts";

export interface AdminDeps {
  readonly stats: (days: number) => Promise<Stats>;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  readonly audit: Audit;
  /** `baseUrl`: under which this colo's copies are. */
  readonly erase: (person: Person, baseUrl: string) => Promise<EraseAnswer>;
  readonly hash: Hasher;
}

const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;

function parseDays(text: string | undefined): number {
  if (text === undefined) return DEFAULT_DAYS;
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  const message = `must be a whole number from 1 to ${MAX_DAYS}`;
  throw new Problem("invalid_request", { errors: [{ path: "/days", message }] });
}

export function adminRoutes({ stats, metrics, audit, erase, hash }: AdminDeps): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/api/admin/stats", async (c) => {
      c.header("Cache-Control", "no-store");
      return c.json(await stats(parseDays(c.req.query("days"))));
    })
    .get("/api/admin/audit", async (c) => {
      c.header("Cache-Control", "no-store");
      return c.json({ entries: await audit.read(parseDays(c.req.query("days"))) });
    })
    .get("/api/admin/metrics", async (c) => {
      const headers = {
        "Cache-Control": "no-store",
        "Content-Type": "text/plain; version=0.0.4; charset=utf-8",
      };
      return c.body(await metrics(), 200, headers);
    })
    .post("/api/admin/erase", async (c) => {
      const who = validate(eraseRequest, parseJson(await readBody(c.req.raw, BODY_LIMIT)));
      const person =
        "email" in who ? { emailHash: hash(normalizeEmail(who.email)) } : { userHash: hash(who.userId) };
      await c.get("nameSubject")?.("emailHash" in person ? person.emailHash : person.userHash);
      return c.json(await erase(person, new URL(c.req.url).origin));
    });
}
