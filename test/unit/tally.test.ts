import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCounters, type Increments } from "../../src/budget/totals.ts";

function setUp() {
  const written: Increments[] = [];
  const waiting: Promise<unknown>[] = [];
  const counters = createCounters(
    async (increments) => written.push(increments),
    () => Date.now(),
  );
  const count = () => counters.count({ requests: 1 }, (promise) => waiting.push(promise));
  return { written, waiting, count };
}

describe("what an isolate counts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is written once for all who counted within five seconds", async () => {
    const { written, waiting, count } = setUp();
    for (let hits = 0; hits < 100; hits += 1) count();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([written, waiting.length]).toEqual([[{ requests: 100 }], 1]);
    count();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(written).toEqual([{ requests: 100 }, { requests: 1 }]);
  });

  it("is written by a later invocation where the one with the timer was ended", async () => {
    const { written, count } = setUp();
    count();
    vi.clearAllTimers(); // the runtime drops them with their invocation
    await vi.advanceTimersByTimeAsync(5_000);
    count();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(written).toEqual([{ requests: 2 }]);
  });

  it("goes on being written where a write never ends", async () => {
    const written: Increments[] = [];
    const counters = createCounters(
      (increments) => {
        written.push(increments);
        return new Promise(() => {});
      },
      () => Date.now(),
    );
    for (let turn = 0; turn < 3; turn += 1) {
      counters.count({ requests: 1 }, () => {});
      await vi.advanceTimersByTimeAsync(5_000);
    }
    expect(written).toEqual(Array(3).fill({ requests: 1 }));
  });
});
