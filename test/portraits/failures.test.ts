import { describe, expect, it, vi } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import {
  announce,
  becomes,
  consumeAll,
  imageCalls,
  ledger,
  newMarker,
  persona,
  setWith,
  statusOf,
} from "../support/portraits.ts";
import { script } from "../support/upstream.ts";

const error = (code: string | null, type = "invalid_request_error") => ({
  error: { message: "SECRET of the upstream", type, param: null, code },
});
const picture = (base64: unknown) => ({ status: 200, body: { data: [{ b64_json: base64 }] } }) as Step;

/** Failures that are tried again, and the word that the ledger keeps of them. */
const FAILURES: [what: string, step: Step, code: string][] = [
  ["400", { status: 400, body: error(null) }, "upstream_rejected"],
  ["401", { status: 401, body: error("invalid_api_key") }, "upstream_auth"],
  ["403", { status: 403, body: error(null) }, "upstream_auth"],
  ["404 model_not_found", { status: 404, body: error("model_not_found") }, "upstream_model_unavailable"],
  ["408", { status: 408, body: error(null) }, "upstream_error"],
  ["429", { status: 429, body: error("rate_limit_exceeded", "requests") }, "upstream_rate_limited"],
  ["429 insufficient_quota", { status: 429, body: error("insufficient_quota") }, "upstream_quota"],
  ["500", { status: 500, body: error(null) }, "upstream_error"],
  ["503 in HTML", { status: 503, body: "<html>" }, "upstream_error"],
  [
    "a redirect",
    { status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" },
    "upstream_rejected",
  ],
  ["a dropped connection", { drop: "before-headers" }, "upstream_error"],
  ["silence", { headersAfterMs: 10_000 }, "upstream_timeout"],
  [
    "an answer cut in the middle",
    { rawStream: ['{"data":[{"b64_json":"iVBORw0K'] },
    "upstream_invalid_output",
  ],
  ["an answer that never ends", { rawStream: ['{"data":['], silentAfterChunks: 1 }, "upstream_timeout"],
  ["text that is not JSON", { status: 200, body: "a picture" }, "upstream_invalid_output"],
  ["JSON without a picture", { status: 200, body: { data: [] } }, "upstream_invalid_output"],
  ["JSON that is null", { status: 200, body: null }, "upstream_invalid_output"],
  ["a picture that is not base64", picture("***"), "upstream_invalid_output"],
  ["a picture that is a number", picture(7), "upstream_invalid_output"],
  ["a picture that is none", picture("aGVsbG8gd29ybGQ="), "upstream_invalid_output"],
  ["an empty picture", picture(""), "upstream_invalid_output"],
  ["an SVG", picture(btoa("<svg xmlns='http://www.w3.org/2000/svg'/>")), "upstream_invalid_output"],
  ["a picture of 17 MB", { imageBytes: 17_000_000 }, "upstream_invalid_output"],
];

describe.concurrent("an upstream that fails once with", () => {
  it.each(FAILURES)("%s is asked again, and the portrait is there", async (_, step) => {
    const marker = newMarker();
    await script(marker, [step]);
    const { personas } = await setWith([persona(marker)]);
    await becomes(personas[0]?.imageUrl.split("/images/")[1] ?? "", "ready");
    expect(await imageCalls(marker)).toHaveLength(2);
  });
});

describe("an upstream that goes on failing with", () => {
  it.each(FAILURES.filter(([, , code]) => code !== "upstream_timeout"))(
    "%s is asked five times, and the portrait has failed with a reason",
    async (_, step, code) => {
      const marker = newMarker();
      const lines: string[] = [];
      const spy = vi.spyOn(console, "info").mockImplementation((line) => void lines.push(String(line)));
      await script(marker, [step], true);
      const [key = ""] = await announce([marker]);
      await consumeAll([key]);
      spy.mockRestore();
      expect(await statusOf(key)).toBe("failed");
      expect(await imageCalls(marker)).toHaveLength(5);
      expect(await ledger([key])).toMatchObject([{ status: "failed", failure: code, attempts: 5 }]);
      const said = lines.filter((line) => line.includes("portrait.failed"));
      expect(said).toHaveLength(1);
      expect(JSON.parse(said[0] ?? "")).toMatchObject({
        level: "error",
        code,
        calls: 5,
        image: key.slice(0, 12),
      });
      expect(lines.join()).not.toMatch(new RegExp(`${marker}|SECRET|test-key`));
    },
  );
});

describe("a moderation refusal", () => {
  it.each(["moderation_blocked", "content_policy_violation"])("%s fails at once", async (code) => {
    const marker = newMarker();
    await script(marker, [{ status: 400, body: error(code, "image_generation_user_error") }], true);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    expect(await statusOf(key)).toBe("failed");
    expect(await imageCalls(marker)).toHaveLength(1);
    expect(await ledger([key])).toMatchObject([{ failure: "model_refusal", attempts: 1 }]);
  });

  it("stays what it is for a new set, which shows it so", async () => {
    const marker = newMarker();
    await script(marker, [{ status: 400, body: error("moderation_blocked") }], true);
    const first = await setWith([persona(marker)]);
    await becomes(first.personas[0]?.imageUrl.split("/images/")[1] ?? "", "failed");
    expect((await setWith([persona(marker)])).personas[0]?.imageStatus).toBe("failed");
    expect(await imageCalls(marker)).toHaveLength(1);
  });
});

describe("a Retry-After", () => {
  it("that is longer than the delay is kept", async () => {
    const marker = newMarker();
    await script(marker, [{ status: 429, headers: { "retry-after": "600" }, body: error(null) }]);
    const [key = ""] = await announce([marker]);
    const before = Date.now();
    await consumeAll([key]);
    const [row] = await ledger([key]);
    expect(row).toMatchObject({ status: "pending", failure: "upstream_rate_limited", leaseOwner: null });
    expect(row?.dueAt).toBeGreaterThanOrEqual(before + 600_000);
    expect(row?.dueAt).toBeLessThanOrEqual(Date.now() + 600_000);
    await consumeAll([key]);
    expect(await imageCalls(marker)).toHaveLength(1);
  });

  it("of a second is waited for, and then the portrait is made without anyone asking", async () => {
    const marker = newMarker();
    await script(marker, [{ status: 503, headers: { "retry-after": "1" }, body: "" }]);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    expect(await imageCalls(marker)).toHaveLength(1);
    await becomes(key, "ready");
    expect(await imageCalls(marker)).toHaveLength(2);
  });
});
