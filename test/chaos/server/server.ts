import { setTimeout as delay } from "node:timers/promises";
import { type BareWorker, createBareWorker } from "../../support/bare-worker.ts";
import type { Span } from "../evidence/evidence.ts";
import { type BindingFault, type FaultRates, NO_FAULTS } from "./faults.ts";

export const ADMIN_TOKEN = "the-token-of-the-storm-test";
export const JWT_SECRET = "a-secret-of-the-storm-which-is-long-enough";

/** Short enough that what is waited for comes within a storm, long enough that a busy machine does not meet them. */
const VARIABLES = {
  OPENAI_API_KEY: "test-key",
  RATE_LIMIT: "off",
  ADMIN_TOKEN,
  JWT_SECRET,
  DAILY_SPEND_LIMIT_USD: "10000",
  UPSTREAM_TIMEOUT_MS: "15000",
  UPSTREAM_IDLE_TIMEOUT_MS: "6000",
  STREAM_COMMIT_MS: "700",
  SSE_HEARTBEAT_MS: "300",
  IMAGE_TIMEOUT_MS: "20000",
  IMAGE_LEASE_SECONDS: "25",
  IMAGE_RETRY_BASE_SECONDS: "1",
  IMAGE_DAILY_LIMIT: "1000000",
  CHAT_DEDUPE_WINDOW_SECONDS: "3600",
  DEDUPE_WINDOW_SECONDS: "3600",
};

// What is erased, or purged, is no longer in the tables: the books are held to what it did cost.
const KEPT = Object.entries({ request_log: "id", persona_images: "prompt" }).map(
  ([table, name]) =>
    `CREATE TABLE storm_${table} (name TEXT, cost_usd REAL);
     CREATE TRIGGER storm_${table}_gone AFTER DELETE ON ${table}
     BEGIN INSERT INTO storm_${table} VALUES (OLD.${name}, OLD.cost_usd); END;`,
);

export interface StormServer {
  readonly worker: BareWorker;
  /** From each kill until it answered again. */
  readonly kills: readonly Span[];
  /** Resolves when it answers. */
  up(): Promise<void>;
  /** `kill -9`, and up again after so many milliseconds. */
  crash(downMs: number): Promise<void>;
  setFaults(rates: FaultRates): Promise<void>;
  /** How far its clock is ahead of the machine's until it leaps. Milliseconds. */
  readonly aheadMs: number;
  /** By its clock. Milliseconds since the epoch. */
  now(): number;
  /** Has its clock leap ahead; not to be killed after that. Milliseconds. */
  leap(ms: number): Promise<void>;
  faults(): BindingFault[];
}

const DAY_MS = 86_400_000;

/** `midnightInMs`: when midnight UTC comes by its clock, from its first answer on. */
export async function startServer(baseUrl: string, midnightInMs: number): Promise<StormServer> {
  const variables = { ...VARIABLES, OPENAI_BASE_URL: baseUrl, STORM_CLOCK_MS: "0" };
  const worker = await createBareWorker(variables, { entry: "test/chaos/server/worker.ts" });
  worker.sql(KEPT.join(""));
  const kills: Span[] = [];
  let rates = NO_FAULTS;
  await worker.start();
  const aheadMs = DAY_MS - (Date.now() % DAY_MS) - midnightInMs;
  let clockMs = aheadMs;
  variables.STORM_CLOCK_MS = String(aheadMs); // each later life has it from the first moment on
  await tell();
  let starting = Promise.resolve();

  async function tell(): Promise<void> {
    const body = JSON.stringify({ rates, clockMs });
    const response = await fetch(`${worker.origin}/__storm`, { method: "POST", body });
    if (response.status !== 204) throw new Error(`the storm's entry point answered ${response.status}`);
  }

  async function begin(): Promise<void> {
    await worker.start();
    await tell();
  }

  return {
    worker,
    kills,
    aheadMs,
    up: () => starting,
    async crash(downMs) {
      const from = Date.now();
      starting = worker
        .kill()
        .then(() => delay(downMs))
        .then(begin);
      await starting;
      kills.push({ from, to: Date.now() });
    },
    async setFaults(next) {
      rates = next;
      await tell();
    },
    now: () => Date.now() + clockMs,
    async leap(ms) {
      clockMs += ms;
      await tell();
    },
    // A kill may cut a line off.
    faults: () =>
      [...worker.output().matchAll(/^\{"event":"chaos\.fault".*\}$/gm)].map(([line]) => JSON.parse(line)),
  };
}
