import { describe, expect, it } from "vitest";
import { pauseBefore } from "../../src/personas/portrait-wait.ts";

describe("the pauses between looks at a set's portraits", () => {
  it("grow, are 3 seconds at most, and leave some forty looks in 90 seconds", () => {
    const pauses: number[] = [];
    for (let waited = 0; waited < 90_000; waited += pauses.at(-1) ?? 0) {
      pauses.push(pauseBefore(pauses.length));
    }
    expect(pauses).toEqual(pauses.toSorted((one, other) => one - other));
    expect([pauses[0], pauses.at(-1)]).toEqual([50, 3_000]);
    expect(pauses.length).toBeLessThanOrEqual(45);
  });
});
