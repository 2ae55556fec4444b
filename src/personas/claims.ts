import { and, eq, gt, isNull, lte, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { toKeyRow } from "../db/request-log.ts";
import { requestLog } from "../db/schema.ts";
import { type Decision, decide } from "../idempotency/decision.ts";
import type { StoredSet } from "./presenter.ts";

/** A request with an Idempotency-Key. */
export interface Claim {
  /** Of its row: from the key and its user, hashed. */
  readonly id: string;
  /** Of the request, without the address: a retry may come from another network. */
  readonly fingerprint: string;
  readonly ttlMs: number;
  readonly route: string;
  readonly requestHash: string;
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

/** The claim: one row for each key, taken by whoever comes first, or first after it has expired. */
export function claimStatement(db: Database, { ttlMs: _, ...asked }: Claim, now: number) {
  const row = { ...asked, setId: null, responseJson: null, createdAt: now, expiresAt: now + LEASE_MS };
  return db
    .insert(requestLog)
    .values(row)
    .onConflictDoUpdate({ target: requestLog.id, set: row, setWhere: lte(requestLog.expiresAt, now) })
    .returning({ id: requestLog.id });
}

/** A key's row, for a batch. */
export function selectClaim(db: Database, { id }: Claim) {
  return db.select().from(requestLog).where(eq(requestLog.id, id));
}

/** `mine`: the statement before took the row. */
export function claimedBy(
  found: typeof requestLog.$inferSelect | undefined,
  mine: boolean,
  claim: Claim,
  now: number,
): Claimed {
  const row = found && toKeyRow(found);
  if (mine || !row) return { decision: "claim" };
  const { fingerprint, expiresAt, responseJson } = row;
  if (expiresAt <= now) return { decision: "restart" };
  const state = responseJson === null ? ("running" as const) : ("done" as const);
  // A row says when it expires; the decision counts from the end.
  const record = { fingerprint, state, endedAt: expiresAt - claim.ttlMs };
  const decision = decide(record, { ...claim, keyed: true, rememberMs: claim.ttlMs }, now);
  if (decision !== "replay") return { decision };
  return { decision, set: JSON.parse(responseJson ?? "") as StoredSet };
}

/** Rows whose first request has no answer yet: one that was answered stays as it is. */
const unanswered = (ids: readonly string[]) =>
  and(
    sql`${requestLog.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
    isNull(requestLog.responseJson),
  );

/** The answer of a run for every key that asked for it. */
export function completeStatement(db: Database, ids: readonly string[], set: StoredSet, expiresAt: number) {
  const done = { responseJson: JSON.stringify(set), setId: set.setId, expiresAt };
  return db.update(requestLog).set(done).where(unanswered(ids));
}

/** A failed request frees its key at once. */
export function releaseStatement(db: Database, ids: readonly string[]) {
  return db.delete(requestLog).where(unanswered(ids));
}

/** Every key's answer that is a set of this persona key; only keys' rows expire. */
export function forgetStatement(db: Database, requestHash: string) {
  return db
    .delete(requestLog)
    .where(and(gt(requestLog.expiresAt, 0), eq(requestLog.requestHash, requestHash)));
}
