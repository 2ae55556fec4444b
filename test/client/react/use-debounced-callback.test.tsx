// @vitest-environment jsdom
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useDebouncedCallback } from "../../../client/src/react/index.ts";
import { renderStrict } from "./strict.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  cleanup();
});

function debounced(delay?: number) {
  const fn = vi.fn((word: string) => word.length);
  return { fn, ...renderStrict(({ call }) => useDebouncedCallback(call, delay), { call: fn }) };
}

describe("useDebouncedCallback", () => {
  it("calls once, with the last arguments, 400 ms after the last call", () => {
    const { fn, hook } = debounced();
    for (const word of ["a", "ab", "abc"]) {
      hook()(word);
      vi.advanceTimersByTime(399);
    }
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn.mock.calls).toEqual([["abc"]]);
  });

  it("takes another delay", () => {
    const { fn, hook } = debounced(500);
    hook()("a");
    vi.advanceTimersByTime(499);
    expect(fn).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fn).toHaveBeenCalledOnce();
  });

  it("cancels, and flushes", () => {
    const { fn, hook } = debounced();
    hook()("a");
    hook().cancel();
    vi.advanceTimersByTime(1_000);
    expect(fn).not.toHaveBeenCalled();
    hook()("b");
    hook().flush();
    expect(fn.mock.calls).toEqual([["b"]]);
    vi.advanceTimersByTime(1_000);
    expect(fn).toHaveBeenCalledOnce();
  });

  it("stays the same function, and calls the newest `fn`", () => {
    const { fn, hook, rerender } = debounced();
    const before = hook();
    before("a");
    const newer = vi.fn((word: string) => word.length);
    rerender({ call: newer });
    expect(hook()).toBe(before);
    vi.advanceTimersByTime(400);
    expect(newer).toHaveBeenCalledWith("a");
    expect(fn).not.toHaveBeenCalled();
  });

  it("forgets a call that waits when its component goes", () => {
    const { fn, hook, unmount } = debounced();
    hook()("a");
    unmount();
    vi.advanceTimersByTime(1_000);
    expect(fn).not.toHaveBeenCalled();
  });
});
