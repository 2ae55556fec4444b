import { expect, it } from "vitest";
import { toBatches } from "../../src/personas/pregenerate/pregenerate.ts";

const QUEUE_TAKES_BYTES = 256_000;

it.each([
  ["Latin letters", "a"],
  ["Chinese ones", "保"],
  ["quotation marks", '\\"'],
])("sets that are to be made go to the queue in as few batches as it takes, in %s", (_, letter) => {
  const input = {
    key: "k".repeat(64),
    setId: "s".repeat(32),
    lead: letter.repeat(4_000),
    count: 3,
    emailHash: null,
    userHash: null,
    callerUserHash: null,
    callerAddressHash: "a".repeat(64),
  };
  const messages = Array.from({ length: 100 }, (_message, index) => ({ jobId: `job-${index}`, input }));
  const batches = toBatches(messages);
  expect(batches.flat()).toEqual(messages);
  const sizes = batches.map((batch) => Buffer.byteLength(JSON.stringify(batch)));
  expect(Math.max(...sizes)).toBeLessThan(QUEUE_TAKES_BYTES);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect(batches.length).toBeLessThanOrEqual(Math.ceil(all / QUEUE_TAKES_BYTES) + 1);
});
