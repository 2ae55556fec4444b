import { inArray, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { models } from "../db/schema.ts";
import { describeError, log } from "../log.ts";

const DAY_MS = 86_400_000;
/** CONTRACT §7: warnings begin this long before a model's announced shutdown. */
export const WARN_DAYS = 60;

export interface ModelState {
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly shutdownDate: string | null;
}

export interface ModelLookup {
  /** What the upstream announces for a model; null where it announces nothing. Throws where it cannot be asked. */
  readonly shutdownDate: (model: string) => Promise<string | null>;
  readonly db: Database;
  readonly now: () => number;
}

/** Whole days until a date, negative when it is past. */
export function daysUntil(date: string, now: number): number {
  return Math.ceil((Date.parse(`${date}T00:00:00Z`) - now) / DAY_MS);
}

/** One sentence for each model that goes, or has gone, in less than WARN_DAYS. */
export function shutdownWarnings(states: readonly ModelState[], now: number): string[] {
  return states.flatMap(({ name, shutdownDate }) => {
    if (shutdownDate === null) return [];
    const days = daysUntil(shutdownDate, now);
    if (days >= WARN_DAYS) return [];
    return [
      days > 0
        ? `${name} is shut down on ${shutdownDate}, in ${days} days`
        : `${name} was shut down on ${shutdownDate}`,
    ];
  });
}

/** What is known of these models; those never looked up are left out. */
export async function knownModels(db: Database, names: readonly string[]): Promise<ModelState[]> {
  const rows = await db
    .select()
    .from(models)
    .where(inArray(models.name, [...names]));
  return rows.map(({ name, shutdownDate }) => ({ name, shutdownDate }));
}

/** Looks every configured model up and keeps what was found; logs a line for each that goes soon. */
export async function lookUpModels(
  { shutdownDate, db, now }: ModelLookup,
  names: readonly string[],
): Promise<void> {
  for (const name of new Set(names)) {
    try {
      const row = { name, shutdownDate: await shutdownDate(name), checkedAt: now() };
      await db
        .insert(models)
        .values(row)
        .onConflictDoUpdate({
          target: models.name,
          set: { shutdownDate: sql`excluded.shutdown_date`, checkedAt: sql`excluded.checked_at` },
        });
    } catch (error) {
      log.warn("model.unknown", { model: name, ...describeError(error) });
    }
  }
  const known = await knownModels(db, names);
  for (const state of known) {
    const [reason] = shutdownWarnings([state], now());
    if (reason) log.warn("model.retires", { model: state.name, reason });
  }
}
