import { describe, expect, it } from "vitest";
import { UNTIL_LOOKED_AT } from "../../src/portraits/jobs/insert.ts";
import { alter, announce, consume, imageCalls, ledger, newMarker, statusOf } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

describe("IMAGE_DAILY_LIMIT", () => {
  it("is exact, however many consumers work, and counts attempts that failed", async () => {
    const marker = newMarker();
    await script(marker, [{ status: 500, body: "" }]);
    const keys = await announce(Array.from({ length: 20 }, (_, index) => `${marker} ${index}.`));
    await Promise.all([1, 2, 3, 4].map(() => consume()));
    expect(await imageCalls(marker)).toHaveLength(7);
    const rows = await ledger(keys);
    expect(rows.filter(({ status }) => status === "ready")).toHaveLength(6);
    const waiting = rows.filter(({ failure }) => failure === "daily_limit");
    expect(waiting).toHaveLength(13);
    for (const row of waiting) {
      expect(row).toMatchObject({ status: "pending", attempts: 0, leaseOwner: null, dueAt: UNTIL_LOOKED_AT });
      expect(await statusOf(row.imageKey)).toBe("pending");
    }
    await consume();
    expect(await imageCalls(marker)).toHaveLength(7);
    // What is due today after all, such as a retry, waits, too.
    const retry = rows.find(({ failure }) => failure === "upstream_error");
    await alter(retry?.imageKey ?? "", { dueAt: 0 });
    await consume();
    expect(await ledger([retry?.imageKey ?? ""])).toMatchObject([{ attempts: 1, dueAt: UNTIL_LOOKED_AT }]);
    expect(await imageCalls(marker)).toHaveLength(7);
  });
});
