import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FUZZ_ADMIN_TOKEN, fuzzRequest } from "../support/fuzz/requests.ts";
import { survives } from "../support/fuzz/send.ts";
import { type Inspector, openInspector } from "../support/inspector.ts";
import { type Service, startService } from "../support/service.ts";
import { freePort } from "./npm-start.ts";

/** The same seed makes the same requests: `FUZZ_SEED=… npx vitest run --project dev test/dev/fuzz.test.ts`. */
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 2_000);
/** Before the heap is looked at for the first time: everything has run once. */
const WARM_UP = 400;
/** So many at once. */
const BATCH = 20;
/** For what was compiled and cached meanwhile; 2 kB left behind by each request would be more. Bytes. */
const ROOM = 4 * 1024 * 1024;

let service: Service;
let inspector: Inspector;

beforeAll(async () => {
  const inspectorPort = await freePort();
  const variables = { ADMIN_TOKEN: FUZZ_ADMIN_TOKEN };
  service = await startService({ variables, entry: "src/worker.ts", inspectorPort });
  inspector = await openInspector(
    inspectorPort,
    async () => await (await service.worker.ask("/api/health")).text(),
  );
});
afterAll(async () => {
  inspector?.close();
  await service?.close();
});

/** How many of the requests had which status. */
async function fuzz(requests: number, seed: number): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  const batch = fc.array(fuzzRequest, { minLength: BATCH, maxLength: BATCH });
  const property = fc.asyncProperty(batch, async (some) => {
    const answered = await Promise.all(some.map((one) => survives(service.worker.origin, one)));
    for (const status of answered) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  const run = await fc.check(property, { seed, numRuns: requests / BATCH, endOnFailure: true });
  if (run.failed) throw new Error(`FUZZ_SEED=${SEED}, in batch ${run.numRuns}: ${run.errorInstance}`);
  return statuses;
}

describe("mutated requests", () => {
  it(`have no 500, no hang, and leave nothing behind (${REQUESTS}, FUZZ_SEED=${SEED})`, async () => {
    await fuzz(WARM_UP, SEED + 1);
    const before = await inspector.heldBytes();
    const startedAt = Date.now();
    const statuses = await fuzz(REQUESTS, SEED);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
    // Durable Objects are let go of when nobody has asked for them for a while.
    const grown = async () => (await inspector.heldBytes()) - before;
    await expect.poll(grown, { timeout: 40_000, interval: 1_000 }).toBeLessThan(ROOM);
    const counts = [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");
    const told = `${REQUESTS} mutated requests in ${seconds} s, FUZZ_SEED=${SEED}: ${counts}`;
    process.stdout.write(`${told}; heap of ${before} bytes, then ${await grown()} more\n`);
  }, 120_000);
});
