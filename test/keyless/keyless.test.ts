import { describe, expect, it } from "vitest";
import { call, generate, generateStream, newLead, problemOf } from "../support/api.ts";
import { announce, consume, ledger, newMarker, statusOf } from "../support/portraits.ts";

describe("without an OPENAI_API_KEY", () => {
  it("what needs the upstream answers 503 upstream_not_configured", async () => {
    for (const response of [
      await generate({ leadData: newLead() }),
      await generateStream({ leadData: newLead() }),
    ]) {
      expect([response.status, (await problemOf(response)).code]).toEqual([503, "upstream_not_configured"]);
    }
  });

  it("a bad request is still told that it is one, and only-if-cached that nothing is", async () => {
    expect((await generate({})).status).toBe(400);
    const response = await generate({ leadData: newLead() }, { "Cache-Control": "only-if-cached" });
    expect((await problemOf(response)).code).toBe("not_cached");
  });

  it("a portrait that was announced before waits, and no attempt is counted", async () => {
    const [key = ""] = await announce([newMarker()]);
    await consume();
    const waits = { status: "pending", failure: "upstream_not_configured", attempts: 0, leaseOwner: null };
    expect(await ledger([key])).toMatchObject([waits]);
    expect(await statusOf(key)).toBe("pending");
  });

  it("ready warns, and names no variable to whoever asks", async () => {
    const { warnings } = (await (await call("/api/ready")).json()) as { warnings: string[] };
    expect(warnings.join()).toContain("only cached answers");
    expect(warnings.join()).not.toMatch(/[A-Z]+_[A-Z]+/);
  });
});
