import { and, gte, lte, sql } from "drizzle-orm";
import { utcDay } from "../budget/guard.ts";
import type { Database } from "../db/client.ts";
import { dailyTotals, imageDays } from "../db/schema.ts";
import { askAgainIfLost } from "../http/availability.ts";
import type { Bucket, Stats } from "./schema.ts";

const DAY_MS = 86_400_000;

export interface Row {
  readonly day: string;
  readonly name: string;
  readonly value: number;
}

/** The sum of rows, in the shape that callers see; what was never counted is 0. */
export function toBucket(rows: readonly Row[]): Bucket {
  const sums = new Map<string, number>();
  for (const { name, value } of rows) sums.set(name, (sums.get(name) ?? 0) + value);
  const sum = (name: string) => sums.get(name) ?? 0;
  const errors = [...sums].filter(([name]) => name.startsWith("errors."));
  return {
    requests: sum("requests"),
    hits: { memory: sum("hits.memory"), edge: sum("hits.edge"), d1: sum("hits.d1"), log: sum("hits.log") },
    joined: sum("joined"),
    generated: sum("generated"),
    errors: Object.fromEntries(errors.map(([name, value]) => [name.slice("errors.".length), value])),
    tokens: {
      input: sum("tokens.input"),
      cachedInput: sum("tokens.cachedInput"),
      output: sum("tokens.output"),
    },
    images: { generated: sum("images.generated"), failed: sum("images.failed") },
    spentUsd: sum("spentUsd"),
    savedUsd: sum("savedUsd"),
    savedTokens: sum("savedTokens"),
    savedImages: sum("savedImages"),
  };
}

function sum(rows: readonly Row[], wanted: string): number {
  return rows.reduce((sum, { name, value }) => (name === wanted ? sum + value : sum), 0);
}

function toOutbox(rows: readonly Row[]): Stats["outbox"] {
  return { recovered: sum(rows, "outbox.recovered"), givenUp: sum(rows, "outbox.givenUp") };
}

/** Every UTC day from the first to the last, the first `days - 1` days before the last; empty ones too. */
export function daysUpTo(now: number, days: number): string[] {
  return Array.from({ length: days }, (_, index) => utcDay(now - (days - 1 - index) * DAY_MS));
}

type ImageDay = Pick<typeof imageDays.$inferSelect, "day" | "generated" | "failed" | "costUsd">;

/** Portraits are counted in a table of their own. Their tokens are another model's and not summed with text's. */
function imageRows({ day, generated, failed, costUsd }: ImageDay): Row[] {
  return [
    { day, name: "images.generated", value: generated },
    { day, name: "images.failed", value: failed },
    { day, name: "spentUsd", value: costUsd },
  ];
}

/** The totals of the last `days` UTC days, today among them, day by day and together. */
export async function readStats(
  db: Database,
  now: number,
  days: number,
): Promise<Pick<Stats, "from" | "to" | "totals" | "days" | "outbox">> {
  const dates = daysUpTo(now, days);
  const [from = "", to = ""] = [dates[0], dates.at(-1)];
  const read = () =>
    db.batch([
      db
        .select()
        .from(dailyTotals)
        .where(and(gte(dailyTotals.day, from), lte(dailyTotals.day, to))),
      db
        .select()
        .from(imageDays)
        .where(and(gte(imageDays.day, from), lte(imageDays.day, to))),
    ]);
  const [totals, images] = await askAgainIfLost(read);
  const rows = [...totals, ...images.flatMap(imageRows)];
  const byDay = Map.groupBy(rows, ({ day }) => day);
  return {
    from,
    to,
    totals: toBucket(rows),
    outbox: toOutbox(rows),
    days: dates.map((date) => ({ date, ...toBucket(byDay.get(date) ?? []) })),
  };
}

/** Of all days that are kept. */
export async function readTotals(db: Database): Promise<Pick<Stats, "totals" | "outbox">> {
  const day = sql<string>`''`;
  const [totals, [images]] = await db.batch([
    db
      .select({ day, name: dailyTotals.name, value: sql<number>`SUM(${dailyTotals.value})` })
      .from(dailyTotals)
      .groupBy(dailyTotals.name),
    db
      .select({
        generated: sql<number>`COALESCE(SUM(${imageDays.generated}), 0)`,
        failed: sql<number>`COALESCE(SUM(${imageDays.failed}), 0)`,
        costUsd: sql<number>`COALESCE(SUM(${imageDays.costUsd}), 0)`,
      })
      .from(imageDays),
  ]);
  const rows = [...totals, ...(images ? imageRows({ day: "", ...images }) : [])];
  return { totals: toBucket(rows), outbox: toOutbox(rows) };
}
