import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Counted, createCountedLog, type Later } from "../../src/counted-log.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const written: ({ route: string } & Counted)[] = [];
  const held: Promise<unknown>[] = [];
  const later: Later = (promise) => held.push(promise);
  const record = createCountedLog<{ route: string }>({
    write: (fields, counted) => written.push({ ...fields, ...counted }),
    now: () => Date.now(),
  });
  return { written, held, hit: (durationMs: number) => record({ route: "/a" }, durationMs, later) };
}

describe("requests that are logged by their count", () => {
  it("are one record a flush, with the longest duration, and one promise", async () => {
    const { written, held, hit } = setUp();
    for (const durationMs of [1, 7, 3]) hit(durationMs);
    expect(written).toEqual([]);
    await vi.runAllTimersAsync();
    await Promise.all(held);
    expect(written).toEqual([{ route: "/a", count: 3, durationMs: 7 }]);
    expect(held).toHaveLength(1);
  });

  it("are counted anew after each", async () => {
    const { written, hit } = setUp();
    hit(7);
    await vi.runAllTimersAsync();
    hit(2);
    hit(1);
    await vi.runAllTimersAsync();
    expect(written.map(({ count, durationMs }) => [count, durationMs])).toEqual([
      [1, 7],
      [2, 2],
    ]);
  });

  it("say nothing where there were none", async () => {
    const { written, hit } = setUp();
    hit(1);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(written).toHaveLength(1);
  });

  it("are written by the next one where the request that was to write them was ended", async () => {
    const { written, held, hit } = setUp();
    hit(1);
    hit(1);
    vi.clearAllTimers(); // as the runtime does
    vi.setSystemTime(Date.now() + 2_000);
    hit(1);
    expect(written.map(({ count }) => count)).toEqual([2]);
    await vi.runAllTimersAsync();
    expect(written.map(({ count }) => count)).toEqual([2, 1]);
    expect(held).toHaveLength(2);
  });
});
