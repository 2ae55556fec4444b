import { desc, eq, gte } from "drizzle-orm";
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Database } from "../db/client.ts";
import { auditLog } from "../db/schema.ts";
import type { Hasher } from "../hash.ts";
import type { AppEnv } from "../http/env.ts";
import { describeError, log } from "../log.ts";
import type { AuditEntry } from "./schema.ts";

const DAY_MS = 86_400_000;
/** Some 2 MB of answer. */
const MAX_ENTRIES = 10_000;
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** What the administration did: an entry is there before the act, and says afterwards what became of it. */
export interface Audit {
  /** Gives the entry's id. `subjectHash`: whom or what it is about, where the path says so. */
  begin(action: string, subjectHash: string | null): Promise<string>;
  nameSubject(id: string, subjectHash: string): Promise<void>;
  complete(id: string, outcome: string): Promise<void>;
  /** Newest first. */
  read(days: number): Promise<AuditEntry[]>;
}

export function createAudit(db: Database, now: () => number): Audit {
  return {
    async begin(action, subjectHash) {
      const id = crypto.randomUUID();
      await db.insert(auditLog).values({ id, at: now(), action, subjectHash, outcome: "begun" });
      return id;
    },
    async nameSubject(id, subjectHash) {
      await db.update(auditLog).set({ subjectHash }).where(eq(auditLog.id, id));
    },
    async complete(id, outcome) {
      await db.update(auditLog).set({ outcome }).where(eq(auditLog.id, id));
    },
    async read(days) {
      const since = gte(auditLog.at, now() - days * DAY_MS);
      const rows = await db
        .select()
        .from(auditLog)
        .where(since)
        .orderBy(desc(auditLog.at))
        .limit(MAX_ENTRIES);
      return rows.map(({ at, action, subjectHash, outcome }) => {
        const entry = { at: new Date(at).toISOString(), action, outcome };
        return subjectHash === null ? entry : { ...entry, subjectHash };
      });
    },
  };
}

/**
 * Around every route of the administration. Nothing is done that could not be written down before. What the path
 * names is the subject; a handler that finds it in the body tells `nameSubject` before it acts.
 */
export function auditTrail({ begin, nameSubject, complete }: Audit, hash: Hasher): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const route = routePath(c, -1);
    if (READS.has(c.req.method) || route.endsWith("*")) return await next();
    const subject = c.req.path.split("/")[4]; // after "", "api", "admin" and what it is
    const id = await begin(`${c.req.method} ${route}`, subject === undefined ? null : hash(subject));
    c.set("nameSubject", (subjectHash) => nameSubject(id, subjectHash));
    await next();
    const left = (error: unknown) => log.error("audit.incomplete", describeError(error));
    await complete(id, c.get("code") ?? "done").catch(left);
  };
}
