import { describe, expect, it, vi } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { persona } from "../support/persona.ts";
import {
  alter,
  announce,
  becomes,
  consume,
  consumeAll,
  imageCalls,
  ledger,
  newMarker,
  setWith,
  statusOf,
} from "../support/portraits.ts";
import { callsReach, script } from "../support/upstream.ts";

const error = (code: string | null, type = "invalid_request_error") => ({
  error: { message: "SECRET of the upstream", type, param: null, code },
});
const portrait = (base64: unknown) => ({ status: 200, body: { data: [{ b64_json: base64 }] } }) as Step;

type Failure = [what: string, step: Step, code: string];

/** Nobody knows what became of these: they were probably billed, and are two at most. */
const UNCERTAIN: Failure[] = [
  ["silence", { headersAfterMs: 10_000 }, "upstream_timeout"],
  [
    "an answer cut in the middle",
    { rawStream: ['{"data":[{"b64_json":"iVBORw0K'] },
    "upstream_invalid_output",
  ],
  ["an answer cut before its portrait", { rawStream: ['{"created":1,'] }, "upstream_invalid_output"],
  ["an empty answer", { status: 200, body: "" }, "upstream_invalid_output"],
  ["an answer that never ends", { rawStream: ['{"data":['], silentAfterChunks: 1 }, "upstream_timeout"],
  ["an answer that is dropped", { rawStream: ['{"data":['], dropAfterChunks: 1 }, "upstream_error"],
];

/** Failures that are tried again, and the word that the ledger keeps of them. */
const FAILURES: Failure[] = [
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
  [
    "a 429 in an answer",
    { status: 200, body: { error: { message: "m", code: 429 } } },
    "upstream_rate_limited",
  ],
  ["an error in an answer", { status: 200, body: { error: { message: "m" } } }, "upstream_error"],
  ["text that is not JSON", { status: 200, body: "a portrait" }, "upstream_invalid_output"],
  ["JSON without a portrait", { status: 200, body: { data: [] } }, "upstream_invalid_output"],
  ["JSON that is null", { status: 200, body: null }, "upstream_invalid_output"],
  ["a portrait that is not base64", portrait("***"), "upstream_invalid_output"],
  ["a portrait that is a number", portrait(7), "upstream_invalid_output"],
  ["a portrait that is none", portrait("aGVsbG8gd29ybGQ="), "upstream_invalid_output"],
  ["an empty portrait", portrait(""), "upstream_invalid_output"],
  ["an SVG", portrait(btoa("<svg xmlns='http://www.w3.org/2000/svg'/>")), "upstream_invalid_output"],
  ["a portrait of 17 MB", { imageBytes: 17_000_000 }, "upstream_invalid_output"],
];

describe.concurrent("an upstream that fails once with", () => {
  it.each([...UNCERTAIN, ...FAILURES])("%s is asked again, and the portrait is there", async (_, step) => {
    const marker = newMarker();
    await script(marker, [step]);
    const { personas } = await setWith([persona(marker)]);
    await becomes(personas[0]?.imageUrl.split("/images/")[1] ?? "", "ready");
    expect(await imageCalls(marker)).toHaveLength(2);
  });
});

describe("an upstream that goes on failing with", () => {
  it.each(FAILURES)(
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

/** The worst case of a portrait of this size and quality, with a prompt of a few words. US dollars. */
const WORST_CASE_USD = 0.0658;

describe("a call whose outcome nobody knows", () => {
  it.each(UNCERTAIN.filter(([, , code]) => code !== "upstream_timeout"))(
    "after %s, counts at its worst case, and there are two at most",
    async (_, step, code) => {
      const marker = newMarker();
      await script(marker, [step], true);
      const [key = ""] = await announce([marker]);
      await consumeAll([key]);
      expect(await imageCalls(marker)).toHaveLength(2);
      const [row] = await ledger([key]);
      expect(row).toMatchObject({ status: "failed", failure: code, attempts: 2, uncertainCalls: 2 });
      expect(row?.costUsd).toBeGreaterThan(2 * WORST_CASE_USD);
    },
  );

  it.each<[string, Step, boolean]>([
    ["a 503", { status: 503, body: "", headersAfterMs: 2_500 }, true],
    ["a dropped connection", { drop: "before-headers", headersAfterMs: 2_500 }, true],
    ["a 429", { status: 429, body: "", headersAfterMs: 2_500 }, false],
  ])("is %s after more than ten seconds: %o %s", async (_, step, uncertain) => {
    const marker = newMarker();
    await script(marker, [step]);
    const [key = ""] = await announce([marker]);
    const work = consume();
    await callsReach(marker, 1, "open");
    await alter(key, { dueAt: Date.now() + 60_000 }); // its lease is longer than these tests' own
    vi.setSystemTime(Date.now() + 10_500);
    await callsReach(marker, 1, "finished");
    await work;
    vi.useRealTimers();
    await alter(key, { dueAt: 0 }); // the clock has gone back
    await consumeAll([key]);
    const [row] = await ledger([key]);
    expect(row).toMatchObject({ status: "ready", attempts: 2, uncertainCalls: Number(uncertain) });
    expect(Number(row?.costUsd) > WORST_CASE_USD).toBe(uncertain);
  });

  it("is one that a worker died under, too", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]);
    const dead = { leaseOwner: "dead", callId: "lost", attempts: 2, uncertainCalls: 1 };
    await alter(key, { ...dead, dueAt: Date.now() - 1 });
    await consumeAll([key]);
    expect(await imageCalls(marker)).toEqual([]);
    const [row] = await ledger([key]);
    expect(row).toMatchObject({ status: "failed", failure: "interrupted", uncertainCalls: 2 });
    expect(row?.costUsd).toBeGreaterThan(WORST_CASE_USD);
  });

  it("is none that was refused: a 429, or a connection, costs nothing and has all its attempts", async () => {
    const [limited, refused] = [newMarker(), newMarker()];
    await script(limited, [{ status: 429, body: "" }], true);
    await script(refused, [{ drop: "before-headers" }], true);
    const keys = await announce([limited, refused]);
    await consumeAll(keys);
    const failed = { status: "failed", attempts: 5, uncertainCalls: 0, costUsd: 0 };
    expect(await ledger(keys)).toMatchObject([failed, failed]);
  });
});

describe("what an image server refuses", () => {
  it("is dropped and remembered, and costs no attempt", async () => {
    const unknown = (param: string): Step => ({
      status: 400,
      body: { error: { message: `Unknown parameter: '${param}'.`, param, code: "unknown_parameter" } },
    });
    const [marker, next] = [newMarker(), newMarker()];
    await script(marker, [unknown("output_format"), unknown("quality")]);
    const keys = await announce([marker, next]);
    await alter(keys[1] ?? "", { dueAt: Date.now() + 3_600_000 });
    await consumeAll(keys);
    const bodies = (await imageCalls(marker)).map(({ body }) => Object.keys(body).join());
    expect(bodies).toEqual([
      "model,prompt,size,quality,output_format",
      "model,prompt,size,quality",
      "model,prompt,size",
    ]);
    await alter(keys[1] ?? "", { dueAt: Date.now() - 1 });
    await consumeAll(keys);
    expect((await imageCalls(next)).map(({ body }) => Object.keys(body).join())).toEqual([
      "model,prompt,size",
    ]);
    expect(await ledger(keys)).toMatchObject(
      Array(2).fill({ status: "ready", attempts: 1, contentType: "image/png" }),
    );
  });
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

  it("in the place of a portrait fails at once, too", async () => {
    const marker = newMarker();
    await script(marker, [{ status: 200, body: error("moderation_blocked") }], true);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
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
