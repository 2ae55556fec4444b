import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Ruleset, Spectral } from "@stoplight/spectral-core";
import { oas } from "@stoplight/spectral-rulesets";
import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../dev/openapi/document.ts";

const document = openApiDocument("1.2.3");

/** What a linter may say, and why it is right as it is. */
const EXPLAINED: Readonly<Record<string, string>> = {
  "operation-4xx-response #/paths/~1api~1health/get/responses":
    "it reads nothing of a request that could be wrong",
  "operation-4xx-response #/paths/~1api~1ready/get/responses": "the same",
  "info-license #/info": "this repository names no licence, so the document cannot either",
};

describe("the OpenAPI document, read by public linters", () => {
  it("gives Redocly's nothing to say that is not explained", async () => {
    const config = await createConfig({ extends: ["recommended-strict"] });
    const source = JSON.stringify(document);
    const problems = await lintFromString({ source, absoluteRef: "openapi.json", config });
    const said = problems.map(({ ruleId, location }) => `${ruleId} ${location[0]?.pointer}`);
    expect(said.sort()).toEqual(Object.keys(EXPLAINED).sort());
  });

  it("gives Spectral's nothing to say", async () => {
    const spectral = new Spectral();
    spectral.setRuleset(new Ruleset(oas));
    const said = (await spectral.run(document)).map(({ code, path }) => `${code} ${path.join("/")}`);
    expect(said).toEqual([]);
  });
});
