import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCoalescer } from "../../src/chat/coalescer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function gathering() {
  const events: string[] = [];
  return { events, coalescer: createCoalescer((text) => events.push(text), Date.now) };
}

describe("text on its way to its events", () => {
  it("goes at once after a pause; what follows soon goes together", () => {
    const { events, coalescer } = gathering();
    coalescer.add("a");
    coalescer.add("b");
    coalescer.add("c");
    expect(events).toEqual(["a"]);
    vi.advanceTimersByTime(25);
    expect(events).toEqual(["a", "bc"]);
    vi.advanceTimersByTime(25);
    coalescer.add("d");
    expect(events).toEqual(["a", "bc", "d"]);
  });

  it("is all there in the end, in events of a bounded size that never cut a character", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), fc.nat({ max: 40_000 }), (texts, more) => {
        const { events, coalescer } = gathering();
        for (const text of [...texts, "🧑".repeat(more)]) {
          coalescer.add(text);
          vi.advanceTimersByTime(text.length % 30);
        }
        coalescer.flush();
        expect(events.join("")).toBe(texts.join("") + "🧑".repeat(more));
        for (const event of events) {
          expect(event.length).toBeLessThanOrEqual(16 * 1024);
          expect(event.isWellFormed()).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("waits for the other half of a character, and gives up on it at the end", () => {
    const { events, coalescer } = gathering();
    coalescer.add("\ud83e");
    expect([events, coalescer.begun]).toEqual([[], true]);
    coalescer.add("\uddd1");
    expect(events).toEqual(["🧑"]);
    coalescer.add("\ud83e");
    coalescer.flush();
    expect(events).toEqual(["🧑", "\ufffd"]); // well-formed, since it goes back upstream with the next question
  });

  it("can be dropped before any of it went", () => {
    const { events, coalescer } = gathering();
    coalescer.add("\ud83e");
    coalescer.drop();
    coalescer.flush();
    expect([events, coalescer.begun]).toEqual([[], false]);
  });
});
