import { describe, expect, it } from "vitest";
import { wrapDatabase } from "../support/database.ts";
import { announce, consume, ledger, newMarker } from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

describe("a consumer that waits for a slow portrait", () => {
  it("looks for others without writing, so that it is in no one's way", async () => {
    const marker = newMarker();
    await script(marker, [{ headersAfterMs: 1_500 }]);
    const [key = ""] = await announce([marker]);
    let writes = 0;
    const unwrap = wrapDatabase((sql, send) => {
      if (/update \W+persona_images/i.test(sql)) writes += 1;
      return send();
    });
    await consume().finally(unwrap);
    expect(await ledger([key])).toMatchObject([{ status: "ready" }]);
    expect(writes).toBe(3); // the lease, the call, the picture
  });
});
