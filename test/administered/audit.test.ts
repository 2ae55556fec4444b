import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/hash.ts";
import type { AuditEntry } from "../../src/operations/schema.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, setOf } from "../support/api.ts";
import { wrapDatabase } from "../support/database.ts";

async function entries(query = ""): Promise<AuditEntry[]> {
  const response = await call(`/api/admin/audit${query}`, { headers: ADMIN });
  return ((await response.json()) as { entries: AuditEntry[] }).entries;
}

async function erase(body: unknown): Promise<number> {
  const response = await post("/api/admin/erase", body, ADMIN);
  await response.body?.cancel();
  return response.status;
}

describe("the audit", () => {
  it("has every call but reads, newest first, with a hash of its subject and never its body", async () => {
    const email = `audited-${crypto.randomUUID()}@example.org`;
    const { setId } = await setOf(await generate({ leadData: newLead(), email }));
    await erase({ email: ` ${email.toUpperCase()}` });
    await call(`/api/admin/personas/${setId}`, { method: "DELETE", headers: ADMIN });
    await erase({ surprise: email });
    await (await post("/api/admin/erase", { email }, { Authorization: "Bearer wrong" })).body?.cancel();
    await (await call("/api/admin/stats", { headers: ADMIN })).body?.cancel();
    const found = await entries();
    expect(found.slice(0, 3).map(({ at: _, ...entry }) => entry)).toEqual([
      { action: "POST /api/admin/erase", outcome: "invalid_request" },
      { action: "DELETE /api/admin/personas/:setId", outcome: "not_found", subjectHash: sha256(setId) },
      { action: "POST /api/admin/erase", outcome: "done", subjectHash: sha256(email) },
    ]);
    const { results } = await env.DB.prepare("SELECT * FROM audit_log").all();
    expect(JSON.stringify(results)).not.toContain(email);
  });

  it("is written before the act, which does not happen where it cannot be", async () => {
    const email = `unwritten-${crypto.randomUUID()}@example.org`;
    await setOf(await generate({ leadData: newLead(), email }));
    const unwrap = wrapDatabase(async (sql, send) => {
      if (sql.includes("insert into") && sql.includes("audit_log")) throw new Error("D1 is away");
      return await send();
    });
    expect(await erase({ email }).finally(unwrap)).toBe(500);
    const rows = env.DB.prepare("SELECT 1 FROM persona_cache WHERE email_hash = ?").bind(sha256(email));
    expect((await rows.all()).results).toHaveLength(1);
  });

  it("has what was begun and never ended", async () => {
    const userId = `half-${crypto.randomUUID()}`;
    const unwrap = wrapDatabase(async (sql, send) => {
      if (sql.includes("update") && sql.includes("outcome")) throw new Error("D1 is away");
      return await send();
    });
    expect(await erase({ userId }).finally(unwrap)).toBe(200);
    const [last] = await entries("?days=1");
    expect(last).toMatchObject({ outcome: "begun", subjectHash: sha256(userId) });
  });
});
