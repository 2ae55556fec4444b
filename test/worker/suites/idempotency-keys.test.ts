import { describe, expect, it } from "vitest";
import { call, post } from "../../support/api.ts";
import { KEY_CASES } from "../../support/suites/idempotency-keys.ts";

/** What no HTTP client can send is left to the unit test. */
const SENDABLE = KEY_CASES.filter(([, header]) => {
  try {
    return new Headers({ "Idempotency-Key": header }).has("Idempotency-Key");
  } catch {
    return false;
  }
});

describe("an Idempotency-Key over HTTP", () => {
  it.each(SENDABLE)("that is %s", async (_, header, key) => {
    const headers = { "Idempotency-Key": header };
    const response = await call("/api/chat/streams", { method: "DELETE", headers });
    expect(response.status).toBe(key === undefined ? 400 : 204);
    await response.body?.cancel();
  });

  it("is one key in quotation marks and without, and another in another case", async () => {
    const key = `Key-"\\${crypto.randomUUID()}`;
    const quoted = `"${key.replace(/["\\]/g, "\\$&")}"`;
    const body = { messages: [{ role: "user", content: `What is a premium? ${key}` }] };
    const ask = (header: string) => post("/api/chat", body, { "Idempotency-Key": header });
    const first = await ask(key);
    expect(first.status).toBe(200);
    const { streamId } = (await first.json()) as { streamId: string };
    const again = await ask(quoted);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(await again.json()).toMatchObject({ streamId });
    const other = await ask(key.toLowerCase());
    expect(other.headers.has("Idempotency-Replayed")).toBe(false);
    await other.body?.cancel();
  });
});
