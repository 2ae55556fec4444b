import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../dev/openapi/document.ts";
import { call } from "../support/api.ts";

describe("/openapi.json", () => {
  it("is the document to which every answer of these tests is held", async () => {
    const { version } = (await (await call("/api/health")).json()) as { version: string };
    expect(await (await call("/openapi.json")).json()).toEqual(openApiDocument(version));
  });
});
