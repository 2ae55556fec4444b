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
/** US dollars, at the usual price and by batches at half of it. */
const spentUsd = z.object({ usual: amount, batch: amount });

/** `GET /api/admin/stats`. */
export const stats = z.object({
  from: date,
  to: date,
  totals: bucket,
  days: z.array(z.extend(bucket, { date })),
  models: z.array(z.object({ name: z.string(), shutdownDate: z.nullable(date) })),
  pregenerate: z.object({ pending: amount, done: amount, failed: amount }),
  /**
   * Of all jobs that are not forgotten: sets that they made, those of them that somebody was shown since and those
   * that nobody was yet, what they cost with their portraits, and what batches saved.
   */
  pregenerated: z.object({ made: amount, used: amount, unused: amount, spentUsd, savedUsd: amount }),
  /** Portraits of the library, how many of them are made, and what they cost; all 0 where there is none. */
  library: z.object({ total: amount, ready: amount, pending: amount, failed: amount, spentUsd }),
  /** What D1 would not take of a run at first, in these days: stored later, or given up. */
  outbox: z.object({ recovered: amount, givenUp: amount }),
  /** D1's size, its limit, and the day on which it reaches that, as it grew of late; null where it does not grow. */
  database: z.object({ bytes: amount, limitBytes: amount, fullOn: z.nullable(date) }),
});
export type Stats = z.infer<typeof stats>;

/** `POST /api/admin/erase`: one of the two. */
export const eraseRequest = z.union([
  z.strictObject({ email: z.string().check(z.trim(), z.minLength(1), z.maxLength(254)) }),
  z.strictObject({ userId: z.string().check(z.minLength(1), z.maxLength(1024)) }),
]);

export const eraseAnswer = z.object({
  erased: z.object({ sets: amount, logEntries: amount, streams: amount, images: amount }),
  /** What the service cannot reach, and when it ends by itself. */
  remains: z.array(z.object({ where: z.string(), until: z.iso.datetime() })),
});
export type EraseAnswer = z.infer<typeof eraseAnswer>;
export type Erased = EraseAnswer["erased"];

/** `GET /api/admin/audit`: newest first. */
export const audit = z.object({
  entries: z.array(
    z.object({
      at: z.iso.datetime(),
      /** The method and the route's pattern. */
      action: z.string(),
      /** Of the e-mail, the user id, or the id in the path. */
      subjectHash: z.optional(z.string()),
      /** `begun`, then `done` or the problem's code. */
      outcome: z.string(),
    }),
  ),
});
export type AuditEntry = z.infer<typeof audit>["entries"][number];

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
