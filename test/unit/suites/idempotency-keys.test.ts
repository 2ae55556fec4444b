import { describe, expect, it } from "vitest";
import { idempotencyKey } from "../../../src/idempotency/request-key.ts";
import { KEY_CASES } from "../../support/suites/idempotency-keys.ts";

describe("an Idempotency-Key", () => {
  it.each(KEY_CASES)("that is %s", (_, header, key) => {
    const read = () => idempotencyKey(header.trim()); // as HTTP hands it on
    if (key === undefined) expect(read).toThrow("invalid_idempotency_key");
    else expect(read()).toBe(key);
  });
});
