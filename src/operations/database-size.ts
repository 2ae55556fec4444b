import { and, asc, eq, gte, sql } from "drizzle-orm";
import { utcDay } from "../budget/guard.ts";
import type { Database } from "../db/client.ts";
import { dailyTotals } from "../db/schema.ts";
import { daysUntil, WARN_DAYS } from "./models.ts";
import type { Stats } from "./schema.ts";

type DatabaseSize = Stats["database"];

interface Sample {
  readonly day: string;
  /** Bytes. */
  readonly value: number;
}

const DAY_MS = 86_400_000;
/** D1's limit for one database on the paid plan. */
export const LIMIT_BYTES = 10e9;
/** How far back growth is measured. */
const SAMPLE_DAYS = 30;
const NAME = "database.bytes";

async function readBytes(db: Database): Promise<number> {
  return (await db.run(sql`SELECT 1`)).meta.size_after;
}

/** The UTC day on which the limit is reached, by straight growth from the oldest sample on; null where it does not grow. */
export function fullOn([oldest]: readonly Sample[], bytes: number, now: number): string | null {
  if (!oldest || bytes <= oldest.value) return null;
  const days = (now - Date.parse(oldest.day)) / DAY_MS;
  const perDay = (bytes - oldest.value) / Math.max(days, 1);
  const left = Math.max(0, LIMIT_BYTES - bytes) / perDay;
  return left > 36_500 ? null : utcDay(now + left * DAY_MS);
}

/** Its size now, its limit, and the day on which it is full if it goes on growing as in the last days. */
export async function readDatabaseSize(db: Database, now: number): Promise<DatabaseSize> {
  const since = gte(dailyTotals.day, utcDay(now - SAMPLE_DAYS * DAY_MS));
  const samples = db
    .select({ day: dailyTotals.day, value: dailyTotals.value })
    .from(dailyTotals)
    .where(and(eq(dailyTotals.name, NAME), since))
    .orderBy(asc(dailyTotals.day));
  const [bytes, rows] = await Promise.all([readBytes(db), samples]);
  return { bytes, limitBytes: LIMIT_BYTES, fullOn: fullOn(rows, bytes, now) };
}

/** Keeps today's size, which growth is measured from. */
export async function sampleDatabaseSize(db: Database, now: number): Promise<void> {
  const value = await readBytes(db);
  const target = [dailyTotals.day, dailyTotals.name];
  await db
    .insert(dailyTotals)
    .values({ day: utcDay(now), name: NAME, value })
    .onConflictDoUpdate({ target, set: { value } });
}

/** As for models that go: where it is less than WARN_DAYS off. */
export function databaseWarnings({ fullOn: day }: DatabaseSize, now: number): string[] {
  if (day === null || daysUntil(day, now) >= WARN_DAYS) return [];
  return [`The database is full on ${day}, as it grew of late`];
}
