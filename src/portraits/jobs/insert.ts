import { sql } from "drizzle-orm";
import type { Database } from "../../db/client.ts";
import { personaImages as images } from "../../db/schema.ts";
import type { PortraitStyle } from "../key.ts";

/** A portrait as it is announced. */
export interface Portrait {
  readonly key: string;
  readonly prompt: string;
  readonly initials: string;
}

/** `dueAt` of a portrait that the day's limit left waiting until somebody looks: the last time that there is. */
export const UNTIL_LOOKED_AT = 8.64e15;

export interface InsertOptions {
  readonly style: PortraitStyle;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** For the Batch API. */
  readonly economy: boolean;
  /** When somebody has begun to wait: now, unless said otherwise. */
  readonly dueAt?: number;
}

/** D1 binds 100 values; what is the same in every row is written out. */
export const MAX_INSERTED = 10;

/** Puts portraits in, `MAX_INSERTED` at most, for a batch of the caller's. */
export function insertPortraits(
  db: Database,
  portraits: readonly Portrait[],
  { style, now, economy, dueAt = now }: InsertOptions,
) {
  const at = sql.raw(String(now));
  const start = {
    status: sql`'pending'`,
    attempts: sql`0`,
    costUsd: sql`0`,
    economy: sql.raw(String(Number(economy))),
  };
  const due = sql.raw(String(dueAt));
  const same = { dueAt: due, createdAt: at, updatedAt: at, ...start };
  const rows = portraits.map(({ key, prompt, initials }) => ({
    imageKey: key,
    prompt,
    initials,
    model: style.model,
    size: style.size,
    quality: style.quality,
    ...same,
  }));
  const waits = sql`${images.dueAt} = ${sql.raw(String(UNTIL_LOOKED_AT))}`;
  // One that waits for somebody to want it, or for a batch, is wanted now.
  return db
    .insert(images)
    .values(rows)
    .onConflictDoUpdate({
      target: images.imageKey,
      set: { dueAt: due, economy: start.economy },
      setWhere: sql`${images.status} = 'pending' AND (${waits} OR ${images.economy} > ${start.economy})`,
    });
}
