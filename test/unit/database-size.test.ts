import { describe, expect, it } from "vitest";
import { databaseWarnings, fullOn, LIMIT_BYTES } from "../../src/operations/database-size.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

describe("the day on which the database is full", () => {
  it("is told from how it grew since the oldest sample", () => {
    // 1 GB in ten days and a half; 8 GB are left
    expect(fullOn([{ day: "2026-11-16", value: 1e9 }], 2e9, NOW)).toBe("2027-02-18");
    expect(fullOn([{ day: "2026-11-16", value: 1e9 }], LIMIT_BYTES, NOW)).toBe("2026-11-26");
  });

  it("is not told where it does not grow, or hardly, or nothing is known", () => {
    expect(fullOn([], 2e9, NOW)).toBeNull();
    expect(fullOn([{ day: "2026-11-16", value: 2e9 }], 2e9, NOW)).toBeNull();
    expect(fullOn([{ day: "2026-11-16", value: 2e9 }], 2e9 + 1, NOW)).toBeNull();
  });

  it("is warned of where it is less than sixty days off", () => {
    const size = { bytes: 1, limitBytes: LIMIT_BYTES };
    expect(databaseWarnings({ ...size, fullOn: "2027-01-24" }, NOW)).toHaveLength(1);
    expect(databaseWarnings({ ...size, fullOn: "2027-01-26" }, NOW)).toEqual([]);
    expect(databaseWarnings({ ...size, fullOn: null }, NOW)).toEqual([]);
  });
});
