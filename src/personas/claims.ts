import { eq, getTableColumns, lte, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { personaCache, requestLog } from "../db/schema.ts";
import { type Decision, decide } from "../idempotency/decision.ts";
import type { StoredSet } from "./stored.ts";

/** A request with an Idempotency-Key. */
export interface Claim {
  /** Of its row: from the key and its user, hashed. */
  readonly id: string;
  /** Of the request, without the address: a retry may come from another network. */
  readonly fingerprint: string;
  readonly ttlMs: number;
  readonly route: string;
  readonly requestHash: string;
  readonly model: string;
  readonly emailHash: string | null;
  readonly callerUserHash: string | null;
  readonly callerAddressHash: string;
}

/** What stands under a key: nothing that matters, another request (422), one under way, or an answer. */
export type Claimed =
  | { readonly decision: Exclude<Decision, "replay"> }
  | { readonly decision: "replay"; readonly set: StoredSet };

// Longer than any run: a claim that nobody completes or releases stands in nobody's way for good.
const LEASE_MS = 15 * 60_000;

type Row = typeof requestLog.$inferSelect;

/** Of a key whose first request runs. */
const EMPTY: Partial<Row> = {
  ...{ status: 0, calls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costUsd: 0 },
  ...{ upstreamMs: 0, totalMs: 0 },
};

/**
 * The claim: one row for each key, taken by whoever comes first, or first after it has expired. With
 * `unlessCached` nothing is written where the cache has the set.
 */
export function claimStatement(db: Database, claim: Claim, now: number, unlessCached: boolean) {
  const { ttlMs: _, ...asked } = claim;
  const row = { ...EMPTY, ...asked, createdAt: now, expiresAt: now + LEASE_MS };
  const columns = getTableColumns(requestLog);
  const names = Object.keys(columns) as (keyof typeof columns)[];
  const values = sql.join(
    names.map((name) => sql`${row[name] ?? null}`),
    sql`, `,
  );
  const cached = sql`EXISTS (SELECT 1 FROM ${personaCache} WHERE input_hash = ${claim.requestHash})`;
  const renewed = names
    .filter((name) => name !== "id")
    .map((name) => [name, sql.raw(`excluded.${columns[name].name}`)]);
  return db
    .insert(requestLog)
    .select(sql`SELECT ${values} WHERE ${unlessCached ? sql`NOT ${cached}` : sql`true`}`)
    .onConflictDoUpdate({
      target: requestLog.id,
      set: Object.fromEntries(renewed),
      setWhere: lte(requestLog.expiresAt, now),
    })
    .returning({ id: requestLog.id });
}

export function selectClaim(db: Database, { id }: Claim) {
  return db.select().from(requestLog).where(eq(requestLog.id, id));
}

/** `mine`: the statement before took the row. */
export function claimedBy(row: Row | undefined, mine: boolean, claim: Claim, now: number): Claimed {
  if (mine || !row) return { decision: "claim" };
  const done = row.responseJson !== null;
  const record = {
    fingerprint: row.fingerprint ?? "",
    state: done ? ("done" as const) : ("running" as const),
    // A row says when it expires; the decision counts from the end.
    endedAt: (row.expiresAt ?? 0) - claim.ttlMs,
  };
  if ((row.expiresAt ?? 0) <= now) return { decision: "restart" };
  const decision = decide(record, { ...claim, keyed: true, rememberMs: claim.ttlMs }, now);
  if (decision !== "replay") return { decision };
  return { decision, set: JSON.parse(row.responseJson ?? "") as StoredSet };
}

const among = (ids: readonly string[]) =>
  sql`${requestLog.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** The answer of a run for every key that asked for it. */
export function completeStatement(db: Database, ids: readonly string[], set: StoredSet, expiresAt: number) {
  const done = { status: 200, responseJson: JSON.stringify(set), setId: set.setId, expiresAt };
  return db.update(requestLog).set(done).where(among(ids));
}

/** A failed request frees its key at once; one that was answered before stays. */
export function releaseStatement(db: Database, ids: readonly string[]) {
  return db.delete(requestLog).where(sql`${among(ids)} AND ${requestLog.responseJson} IS NULL`);
}
