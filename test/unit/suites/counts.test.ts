import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NUMBERS, TEXTS } from "../../support/suites/canonical-json.ts";
import { STREAM_CASES } from "../../support/suites/event-streams.ts";
import { KEY_CASES } from "../../support/suites/idempotency-keys.ts";
import { JSON_CASES } from "../../support/suites/json.ts";
import { TOKEN_CASES } from "../../support/suites/tokens.ts";

const security = readFileSync(join(import.meta.dirname, "../../../docs/security.md"), "utf8");

const COUNTS: Readonly<Record<string, number>> = {
  "JSON parsing": JSON_CASES.length,
  "Canonical JSON": NUMBERS.length + TEXTS.length,
  "Structured fields": KEY_CASES.length,
  "Event streams": STREAM_CASES.length,
  "JSON Web Tokens": TOKEN_CASES.length,
};

describe("docs/security.md", () => {
  it.each(Object.entries(COUNTS))("tells how many cases of %s there are", (name, count) => {
    expect(security).toMatch(new RegExp(`^\\| ${name} \\| ${count} \\|`, "m"));
  });
});
