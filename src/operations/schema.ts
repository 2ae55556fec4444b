import * as z from "zod/mini";

const amount = z.number().check(z.gte(0));

/** What was asked, answered, spent and saved, in a UTC day or in all of them. Money in US dollars. */
export const bucket = z.object({
  /** Requests that passed validation on the three POST routes, refused ones too. */
  requests: amount,
  hits: z.object({ memory: amount, edge: amount, d1: amount, log: amount }),
  joined: amount,
  /** Runs, chat's too. */
  generated: amount,
  errors: z.record(z.string(), amount),
  tokens: z.object({ input: amount, cachedInput: amount, output: amount }),
  images: z.object({ generated: amount, failed: amount }),
  spentUsd: amount,
  savedUsd: amount,
  savedTokens: amount,
  savedImages: amount,
});
export type Bucket = z.infer<typeof bucket>;

const date = z.iso.date();

/** `GET /api/admin/stats`. */
export const stats = z.object({
  from: date,
  to: date,
  totals: bucket,
  days: z.array(z.extend(bucket, { date })),
  models: z.array(z.object({ name: z.string(), shutdownDate: z.nullable(date) })),
  pregenerate: z.object({ pending: amount, done: amount, failed: amount }),
  /** What D1 would not take of a run at first, in these days: stored later, or given up. */
  outbox: z.object({ recovered: amount, givenUp: amount }),
});
export type Stats = z.infer<typeof stats>;

/** `POST /api/admin/erase`: one of the two. */
export const eraseRequest = z.union([
  z.strictObject({ email: z.string().check(z.trim(), z.minLength(1), z.maxLength(254)) }),
  z.strictObject({ userId: z.string().check(z.minLength(1), z.maxLength(1024)) }),
]);

export const eraseAnswer = z.object({
  erased: z.object({ sets: amount, logEntries: amount, streams: amount, images: amount }),
});
export type Erased = z.infer<typeof eraseAnswer>["erased"];

const state = z.enum(["ok", "error"]);

export const health = z.object({
  status: z.literal("ok"),
  version: z.string(),
  label: z.optional(z.string()),
});
export const readiness = z.object({
  status: z.enum(["ok", "unready"]),
  checks: z.object({ config: state, d1: state, r2: state }),
  warnings: z.array(z.string()),
});
