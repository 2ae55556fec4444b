import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StandIn, startStandIn } from "../../dev/stand-in/index.ts";
import { type BareWorker, createBareWorker } from "../support/bare-worker.ts";
import { fuzzRequest } from "../support/fuzz/requests.ts";
import { survives } from "../support/fuzz/send.ts";
import { type Inspector, openInspector } from "../support/inspector.ts";
import { freePort } from "./npm-start.ts";

/** The same seed makes the same requests: `FUZZ_SEED=… npx vitest run --project dev test/dev/fuzz.test.ts`. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 2_400);
/** So many at once. */
const BATCH = 20;
const WARM_UP = 400;
/** Above what caches and the compiler may take meanwhile; a tenth of what the bodies of a run have. Bytes. */
const ROOM = 6 * 1024 * 1024;

let standIn: StandIn;
let worker: BareWorker;
let inspector: Inspector;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  const port = await freePort();
  const variables = { OPENAI_BASE_URL: standIn.baseUrl, OPENAI_API_KEY: "test-key", RATE_LIMIT: "off" };
  worker = await createBareWorker(variables, ["--inspector-port", String(port)]);
  await worker.start();
  inspector = await openInspector(port);
});
afterAll(async () => {
  inspector?.close();
  await worker?.dispose();
  await standIn?.close();
});

async function fuzz(requests: number, seed: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  const batch = fc.array(fuzzRequest, { minLength: BATCH, maxLength: BATCH });
  const property = fc.asyncProperty(batch, async (some) => {
    const answered = await Promise.all(some.map((one) => survives(worker.origin, one)));
    for (const status of answered) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  const run = await fc.check(property, { seed, numRuns: requests / BATCH, endOnFailure: true });
  if (run.failed) throw new Error(`FUZZ_SEED=${SEED}, after ${run.numRuns} batches: ${run.errorInstance}`);
  return statuses;
}

describe("mutated requests", () => {
  it(`have no 500, no hang, and leave nothing behind (${REQUESTS} of them, FUZZ_SEED=${SEED})`, async () => {
    await fuzz(WARM_UP, SEED + 1);
    const before = await inspector.heldBytes();
    const statuses = await fuzz(REQUESTS, SEED);
    const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    process.stdout.write(`${REQUESTS} mutated requests, FUZZ_SEED=${SEED} (${counts.join(", ")})\n`);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
    // Durable Objects are let go of when nobody has asked for them for a while.
    await expect
      .poll(() => inspector.heldBytes(), { timeout: 40_000, interval: 1_000 })
      .toBeLessThan(before + ROOM);
  }, 120_000);
});
