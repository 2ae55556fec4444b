import type { GenerateRequest } from "./api-types.ts";

/** `GET /api/health`. */
export interface Health {
  status: "ok";
  version: string;
  /** What the operator calls this deployment, if anything. */
  label?: string;
}

/** `GET /api/ready`; answers 503 where `status` is `unready`. */
export interface Readiness {
  status: "ok" | "unready";
  checks: Record<"config" | "d1" | "r2", "ok" | "error">;
  warnings: string[];
}

/** What happened in a UTC day, or in all of them. */
export interface StatsBucket {
  requests: number;
  hits: { memory: number; edge: number; d1: number; log: number };
  /** Requests that shared a run which another had started. */
  joined: number;
  /** Runs. */
  generated: number;
  errors: Record<string, number>;
  tokens: { input: number; cachedInput: number; output: number };
  images: { generated: number; failed: number };
  spentUsd: number;
  savedUsd: number;
  savedTokens: number;
  savedImages: number;
}

/** US dollars, at the usual price and by batches at half of it. */
export interface SpentUsd {
  usual: number;
  batch: number;
}

/** `GET /api/admin/stats?days=n`, for the bearer of the admin token. Dates are `YYYY-MM-DD`. */
export interface Stats {
  from: string;
  to: string;
  totals: StatsBucket;
  days: (StatsBucket & { date: string })[];
  /** The models in use, and when each is shut down, where that is announced. */
  models: { name: string; shutdownDate: string | null }[];
  pregenerate: { pending: number; done: number; failed: number };
  /**
   * Of all jobs that are not forgotten: sets that they made, those of them that somebody was shown since and those
   * that nobody was yet, what they cost with their portraits, and what batches saved.
   */
  pregenerated: { made: number; used: number; unused: number; spentUsd: SpentUsd; savedUsd: number };
  /** Portraits of the library, how many of them are made, and what they cost; all 0 where there is none. */
  library: { total: number; ready: number; pending: number; failed: number; spentUsd: SpentUsd };
  /** What the database would not take of a run at first: stored later, or given up. */
  outbox: { recovered: number; givenUp: number };
  /** The database's size, and the day on which it reaches its limit, as it grew of late. */
  database: { bytes: number; limitBytes: number; fullOn: string | null };
}

/** `POST /api/admin/pregenerate`: 1 to 100 inputs. */
export interface PregenerateRequest {
  inputs: Omit<GenerateRequest, "images">[];
  /** `now`, the default: by the queue. `economy`: by the Batch API, within a day at half the price. */
  mode?: "now" | "economy";
}

export interface PregenerateAnswer {
  jobId: string;
  accepted: number;
  alreadyCached: number;
}

/** `GET /api/admin/pregenerate/{jobId}`. */
export interface PregenerateJob {
  jobId: string;
  mode: "now" | "economy";
  state: "running" | "done" | "cancelled";
  /** ISO 8601. */
  createdAt: string;
  sets: { total: number; pending: number; done: number; failed: number };
  portraits: { pending: number; ready: number; failed: number };
  spentUsd: number;
  /** The inputs that failed, by their place in the request: 100 at most. */
  failures: { index: number; code: string }[];
}

/** `POST /api/admin/erase`. */
export type EraseRequest = { email: string } | { userId: string };

export interface EraseAnswer {
  erased: { sets: number; logEntries: number; streams: number; images: number };
  /** What the service cannot reach, and when it ends by itself. */
  remains: { where: string; until: string }[];
}

/** `GET /api/admin/audit?days=n`: newest first. */
export interface Audit {
  entries: { at: string; action: string; subjectHash?: string; outcome: string }[];
}
