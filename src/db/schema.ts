import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

// Times are milliseconds since the epoch. Hashes are 64 hex characters. Every table: docs/storage.md. An index entry is
// a row written, which the platform bills: indexes of what most rows lack hold the others alone.

/** personas: one row a set. */
export const personaCache = sqliteTable(
  "persona_cache",
  {
    id: integer("id").primaryKey(),
    /** The persona key: a hash of every input that shapes the answer. */
    inputHash: text("input_hash").notNull().unique(),
    setId: text("set_id").notNull().unique(),
    /** JSON: the personas with their image keys. */
    personasJson: text("personas_json").notNull(),
    model: text("model").notNull(),
    /** Whose personas they are; null where the subject has no such part. */
    emailHash: text("email_hash"),
    userHash: text("user_hash"),
    /** When these personas were made: a refresh moves it. */
    createdAt: integer("created_at").notNull(),
    /** What their text cost: what each answer from a cache saves. */
    costUsd: real("cost_usd").notNull(),
    tokens: integer("tokens").notNull(),
    /** The UTC day, `YYYY-MM-DD`, on which somebody was last shown it. Null where nobody was, or nobody noted it. */
    lastShownOn: text("last_shown_on"),
  },
  (table) => [
    index("persona_cache_shown").on(table.lastShownOn, table.createdAt),
    index("persona_cache_email").on(table.emailHash).where(sql`email_hash IS NOT NULL`),
    index("persona_cache_user").on(table.userHash).where(sql`user_hash IS NOT NULL`),
  ],
);

/** personas: which portraits belong to whom, those of personas that a refresh replaced among them. */
export const setImages = sqliteTable(
  "set_images",
  {
    imageKey: text("image_key").notNull(),
    inputHash: text("input_hash").notNull(),
    emailHash: text("email_hash"),
    userHash: text("user_hash"),
  },
  (table) => [
    primaryKey({ columns: [table.imageKey, table.inputHash] }),
    index("set_images_set").on(table.inputHash),
    index("set_images_email").on(table.emailHash).where(sql`email_hash IS NOT NULL`),
    index("set_images_user").on(table.userHash).where(sql`user_hash IS NOT NULL`),
  ],
);

/**
 * runs: one row for each that spent money, whatever became of it; and one for each Idempotency-Key of a persona
 * request, with its answer. `request-log.ts` has each kind's own columns.
 */
export const requestLog = sqliteTable(
  "request_log",
  {
    /** The run's id, or `key-` and a hash of the key with its user. */
    id: text("id").primaryKey(),
    createdAt: integer("created_at").notNull(),
    route: text("route").notNull(),
    /** What was asked: the persona key, or a chat's fingerprint. */
    requestHash: text("request_hash").notNull(),
    setId: text("set_id"),
    /** Of a run, as the nine after it; null in a key's row. */
    status: integer("status"),
    /** The problem's code; null where it went well. */
    code: text("code"),
    model: text("model"),
    calls: integer("calls"),
    inputTokens: integer("input_tokens"),
    cachedInputTokens: integer("cached_input_tokens"),
    outputTokens: integer("output_tokens"),
    costUsd: real("cost_usd"),
    upstreamMs: integer("upstream_ms"),
    totalMs: integer("total_ms"),
    /** Who asked first: the signed-in user and the address, both hashed. */
    callerUserHash: text("caller_user_hash"),
    callerAddressHash: text("caller_address_hash").notNull(),
    /** The subject's e-mail, hashed. */
    emailHash: text("email_hash"),
    /** Of a key, as the two after it; null in a run's row. Names the first request under it. */
    fingerprint: text("fingerprint"),
    /** JSON: the set that the first request was answered with; null while that runs. */
    responseJson: text("response_json"),
    /** When the key is free again. */
    expiresAt: integer("expires_at"),
  },
  (table) => [
    index("request_log_created").on(table.createdAt),
    index("request_log_caller_user").on(table.callerUserHash).where(sql`caller_user_hash IS NOT NULL`),
    index("request_log_email").on(table.emailHash).where(sql`email_hash IS NOT NULL`),
    // Of keys' rows alone: those that are past their time, and the replays of one set.
    index("request_log_keys").on(table.expiresAt, table.requestHash).where(sql`expires_at IS NOT NULL`),
  ],
);

/** images: one row a portrait; what its jobs work from. */
export const personaImages = sqliteTable(
  "persona_images",
  {
    /** SHA-256 over the prompt, model, size and quality: its name in the URL and in R2. */
    imageKey: text("image_key").primaryKey(),
    prompt: text("prompt").notNull(),
    model: text("model").notNull(),
    size: text("size").notNull(),
    quality: text("quality").notNull(),
    /** Two letters at most, for the placeholder. */
    initials: text("initials").notNull(),
    status: text("status", { enum: ["pending", "ready", "failed"] })
      .notNull()
      .default("pending"),
    /** Upstream calls that were begun. */
    attempts: integer("attempts").notNull().default(0),
    /** Those among them of which nobody knows what became: they were probably billed. */
    uncertainCalls: integer("uncertain_calls").notNull().default(0),
    /** When a worker may claim it: at once, at its next attempt, or when the lease on it runs out. */
    dueAt: integer("due_at").notNull(),
    /** Who holds the lease; null where nobody does. */
    leaseOwner: text("lease_owner"),
    /** The upstream call under way. On a row whose lease ran out: the one that its worker died under. */
    callId: text("call_id"),
    /** Why the last attempt failed: a problem's code. */
    failure: text("failure"),
    /** What its upstream calls have cost so far, and how much of that at the price of a batch. US dollars. */
    costUsd: real("cost_usd").notNull().default(0),
    batchUsd: real("batch_usd").notNull().default(0),
    /** Waits for the Batch API: the ordinary consumer leaves it alone. `due_at`: since when somebody waits. */
    economy: integer("economy", { mode: "boolean" }).notNull().default(false),
    contentType: text("content_type"),
    bytes: integer("bytes"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    readyAt: integer("ready_at"),
    /** When missing sizes are made; null where none is known to be missing. */
    sizesDueAt: integer("sizes_due_at"),
  },
  (table) => [
    index("persona_images_due").on(table.status, table.dueAt),
    index("persona_images_sizes_due").on(table.status, table.sizesDueAt),
  ],
);

/** images: what portraits cost, by UTC day. */
export const imageDays = sqliteTable("image_days", {
  /** `2026-11-23`. */
  day: text("day").primaryKey(),
  /** Upstream calls begun: what IMAGE_DAILY_LIMIT counts. */
  started: integer("started").notNull().default(0),
  generated: integer("generated").notNull().default(0),
  failed: integer("failed").notNull().default(0),
  inputTokens: integer("input_tokens").notNull().default(0),
  outputTokens: integer("output_tokens").notNull().default(0),
  costUsd: real("cost_usd").notNull().default(0),
});

/** operations: where a bounded daily job goes on. */
export const jobCursors = sqliteTable("job_cursors", {
  job: text("job").primaryKey(),
  /** The last key that was looked at; empty: begin at the first. */
  position: text("position").notNull(),
});

/** personas: what an administrator wants made before visitors ask. */
export const pregenerateJobs = sqliteTable(
  "pregenerate_jobs",
  {
    id: text("id").primaryKey(),
    mode: text("mode", { enum: ["now", "economy"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    cancelledAt: integer("cancelled_at"),
    /** When nothing of it was pending any more, as far as anybody has looked. */
    endedAt: integer("ended_at"),
  },
  (table) => [index("pregenerate_jobs_ended").on(table.endedAt)],
);

/** personas: the sets of a job. Their leads are elsewhere: in the queue's messages, or in `batch_items`. */
export const pregenerateInputs = sqliteTable(
  "pregenerate_inputs",
  {
    jobId: text("job_id").notNull(),
    /** Its place in the request. */
    position: integer("position").notNull(),
    /** The persona key. */
    inputHash: text("input_hash").notNull(),
    emailHash: text("email_hash"),
    state: text("state", { enum: ["pending", "done", "failed"] }).notNull(),
    /** Why it failed: a problem's code. */
    code: text("code"),
    /** What its text has cost this job, and how much of that at the price of a batch. US dollars. */
    costUsd: real("cost_usd").notNull().default(0),
    batchUsd: real("batch_usd").notNull().default(0),
    /** This job had the set made: it was not there, and no visitor asked for it meanwhile. */
    made: integer("made", { mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.jobId, table.position] }),
    index("pregenerate_inputs_hash").on(table.inputHash),
    index("pregenerate_inputs_email").on(table.emailHash),
    index("pregenerate_inputs_state").on(table.state),
  ],
);

/** batch: one row for each file of requests that goes, or went, to the upstream's Batch API. */
export const batches = sqliteTable(
  "batches",
  {
    /** Also in the upstream's metadata, which a batch whose id was lost is found by. */
    id: text("id").primaryKey(),
    endpoint: text("endpoint", { enum: ["chat", "images"] }).notNull(),
    /** `unsupported`: the upstream has no batches. */
    state: text("state", {
      enum: ["collected", "uploaded", "creating", "created", "ended", "settled", "unsupported"],
    }).notNull(),
    inputFile: text("input_file"),
    upstreamId: text("upstream_id"),
    outputFile: text("output_file"),
    errorFile: text("error_file"),
    cancelled: integer("cancelled", { mode: "boolean" }).notNull().default(false),
    /** What was set aside for it, on which UTC day, and what its results have cost so far. US dollars. */
    reservedUsd: real("reserved_usd").notNull().default(0),
    day: text("day").notNull(),
    costUsd: real("cost_usd").notNull().default(0),
    /** When a tick may claim it: at once, at its next look, or when the lease on it runs out. */
    dueAt: integer("due_at").notNull(),
    leaseOwner: text("lease_owner"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("batches_due").on(table.state, table.dueAt)],
);

/** batch: one row for each request that waits for a batch or is in one; gone when it is settled. */
export const batchItems = sqliteTable(
  "batch_items",
  {
    /** The line's `custom_id`: random, so that it says nothing. */
    id: text("id").primaryKey(),
    endpoint: text("endpoint", { enum: ["chat", "images"] }).notNull(),
    /** A persona key or an image key; null where its subject was erased: its result is paid and dropped. */
    key: text("key").unique(),
    /** JSON: what a set is made from. */
    inputJson: text("input_json"),
    emailHash: text("email_hash"),
    batchId: text("batch_id"),
    /** Batches that it has been in. */
    asked: integer("asked").notNull().default(0),
    /** Since when somebody waits for it; of the library, which waits for nobody, the last time that there is. */
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    index("batch_items_batch").on(table.batchId, table.endpoint, table.createdAt),
    index("batch_items_email").on(table.emailHash),
  ],
);

/** spend: what was asked, spent and saved, a row for each number of each UTC day (`YYYY-MM-DD`). */
export const dailyTotals = sqliteTable(
  "daily_totals",
  { day: text("day").notNull(), name: text("name").notNull(), value: real("value").notNull() },
  (table) => [primaryKey({ columns: [table.day, table.name] })],
);

/** operations: the configured models, as the upstream describes them. */
export const models = sqliteTable("models", {
  name: text("name").primaryKey(),
  /** `YYYY-MM-DD`, where one is announced. */
  shutdownDate: text("shutdown_date"),
  checkedAt: integer("checked_at").notNull(),
});

/** operations: every call of the administration but reads. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text("id").primaryKey(),
    at: integer("at").notNull(),
    /** The method and the route's pattern. */
    action: text("action").notNull(),
    /** A hash of whom or what it was about. */
    subjectHash: text("subject_hash"),
    /** `begun`, then `done` or the problem's code. */
    outcome: text("outcome").notNull(),
  },
  (table) => [index("audit_log_at").on(table.at)],
);
