import { describe, expect, it } from "vitest";
import { wrapDatabase } from "../support/database.ts";
import { announce, consume, ledger, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

const LEASE = /update \W+persona_images\W+ set \W+due_at\W+\?, \W+lease_owner/;

describe("a consumer that waits for a slow portrait", () => {
  it("looks for others without writing, so that it is in no one's way", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 1_500 }]);
    const [key = ""] = await announce([marker]);
    let leases = 0;
    const unwrap = wrapDatabase((sql, send) => {
      if (LEASE.test(sql)) leases += 1;
      return send();
    });
    await consume().finally(unwrap);
    const [row] = await ledger([key]);
    expect(row).toMatchObject({ status: "ready" });
    expect(leases).toBe(row?.attempts);
  });
});
