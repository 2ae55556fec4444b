import type { requestLog } from "./schema.ts";

type Row = typeof requestLog.$inferSelect;
type Shared = "id" | "createdAt" | "route" | "requestHash" | "callerAddressHash";
type Subject = "setId" | "callerUserHash" | "emailHash";
type Measured =
  | "status"
  | "model"
  | "calls"
  | "inputTokens"
  | "cachedInputTokens"
  | "outputTokens"
  | "costUsd"
  | "upstreamMs"
  | "totalMs";

type Filled<Column extends keyof Row> = { readonly [Name in Column]: NonNullable<Row[Name]> };

/** A row of `request_log` that a run leaves: what it cost, and what became of it. Money is US dollars. */
export type RunRow = Filled<Shared | Measured> & Partial<Pick<Row, Subject | "code">>;

/** Whether there is a person whose erasure has to find it. */
export function isSomebodys({
  emailHash,
  callerUserHash,
}: Pick<RunRow, "emailHash" | "callerUserHash">): boolean {
  return Boolean(emailHash ?? callerUserHash);
}

/** One that an Idempotency-Key has: its first request, and, once there is one, that one's answer. */
export type KeyRow = Filled<Shared | "fingerprint" | "expiresAt"> & Pick<Row, Subject | "responseJson">;

/** Undefined where the row is a run's. */
export function toKeyRow(row: Row): KeyRow | undefined {
  const { fingerprint, expiresAt } = row;
  return fingerprint === null || expiresAt === null ? undefined : { ...row, fingerprint, expiresAt };
}
