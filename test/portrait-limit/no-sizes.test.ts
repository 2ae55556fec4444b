import { describe, expect, it } from "vitest";
import { call, generate, newLead, setOf } from "../support/api.ts";
import { announce, consumeAll, ledger, newMarker } from "../support/portraits.ts";

describe("where IMAGE_WIDTHS is empty", () => {
  it("a portrait is ready without sizes, and the original is for every width, for ever", async () => {
    const [key = ""] = await announce([newMarker()]);
    await consumeAll([key]);
    expect(await ledger([key])).toMatchObject([{ status: "ready", sizesDueAt: null }]);
    const original = await (await call(`/images/${key}`)).bytes();
    const response = await call(`/images/${key}?width=96`);
    expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    expect(await response.bytes()).toEqual(original);
  });

  it("a set says so", async () => {
    const set = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }));
    expect(set.imageWidths).toEqual([]);
  });
});
