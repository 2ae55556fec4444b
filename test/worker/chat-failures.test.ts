import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { eventsOf, problemOf } from "../support/api.ts";
import { answerOf, ask, chat, chatStream, newQuestion, textOf } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

const error = (code: string | null, type = "invalid_request_error") => ({
  error: { message: "SECRET of the upstream", type, param: null, code },
});
const LIMITED = error("rate_limit_exceeded", "requests");

/** How often the upstream is asked when it goes on like this. */
type Case = [what: string, step: Step, status: number, code: string, calls: number];

const CASES: Case[] = [
  ["401", { status: 401, body: error("invalid_api_key") }, 502, "upstream_auth", 1],
  ["403", { status: 403, body: error(null) }, 502, "upstream_auth", 1],
  ["400", { status: 400, body: error(null) }, 502, "upstream_rejected", 1],
  ["404", { status: 404, body: error("model_not_found") }, 502, "upstream_model_unavailable", 1],
  [
    "429",
    { status: 429, headers: { "retry-after-ms": "10" }, body: LIMITED },
    503,
    "upstream_rate_limited",
    3,
  ],
  [
    "429 for long",
    { status: 429, headers: { "retry-after": "60" }, body: LIMITED },
    503,
    "upstream_rate_limited",
    1,
  ],
  [
    "no quota",
    { status: 429, body: error("insufficient_quota", "insufficient_quota") },
    503,
    "upstream_quota",
    1,
  ],
  ["500", { status: 500, body: error(null) }, 502, "upstream_error", 3],
  ["a drop before the answer", { drop: "before-headers" }, 502, "upstream_error", 3],
  ["a drop before the first text", { dropAfterChunks: 0 }, 502, "upstream_error", 3],
  ["a clean end before the first text", { endAfterChunks: 0 }, 502, "upstream_incomplete", 3],
  ["an answer that does not begin", { headersAfterMs: 30_000 }, 504, "upstream_timeout", 1],
  ["silence before the first text", { silentAfterChunks: 0 }, 504, "upstream_timeout", 1],
  ["an empty answer", { content: "" }, 502, "upstream_invalid_output", 1],
  ["an answer all thought", { content: "", finishReason: "length" }, 502, "upstream_invalid_output", 1],
  [
    "an error event",
    { errorAfterChunks: { chunks: 0, error: { message: "SECRET" } } },
    502,
    "upstream_error",
    3,
  ],
  ["an event that never ends", { rawStream: ["data: ", "x".repeat(300 * 1024)] }, 502, "upstream_error", 3],
];

/** Its status' worth, or the event that a stream ends in which began to wait too long before. */
async function toldBy(response: Response): Promise<unknown> {
  if (response.status === 200) return (await eventsOf(response)).map(({ error: told }) => told);
  expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  return await problemOf(response);
}

describe.concurrent("before the first text the upstream fails with", () => {
  it.each(CASES)("%s", async (_, step, status, code, count) => {
    const [question, streamed] = [newQuestion(), newQuestion()];
    await script(question, [step], true);
    await script(streamed, [step], true);
    const [json, stream] = await Promise.all([chat(ask(question)), chatStream(ask(streamed))]);
    expect([json.status, stream.status]).toEqual([status, expect.toBeOneOf([status, 200])]);
    for (const told of [await toldBy(json), await toldBy(stream)]) {
      expect([told].flat()).toEqual([expect.objectContaining({ code })]);
      expect(JSON.stringify(told)).not.toContain("SECRET");
    }
    expect(await calls(question)).toHaveLength(count);
    expect(await calls(streamed)).toHaveLength(count);
  });
});

/** How the text so far is followed. */
const MID_STREAM: [what: string, step: Step, code: string, retryable: boolean][] = [
  ["a drop", { dropAfterChunks: 3 }, "upstream_error", true],
  ["a clean end without a finish_reason", { endAfterChunks: 3 }, "upstream_incomplete", true],
  ["silence", { silentAfterChunks: 3 }, "upstream_timeout", true],
  [
    "an error event",
    { errorAfterChunks: { chunks: 3, error: { message: "SECRET" } } },
    "upstream_error",
    true,
  ],
  [
    "half an event",
    { rawStream: ['data: {"choices":[{"delta":{"content":"abc"}}]}\n\n', 'data: {"cho\n\n'] },
    "upstream_error",
    true,
  ],
  [
    "an answer that never ends",
    { content: "x".repeat(2_000), chunkChars: 1, chunkDelayMs: 100 },
    "upstream_timeout",
    true,
  ],
];

describe.concurrent("in the middle of a stream the upstream fails with", () => {
  it.each(MID_STREAM)("%s: the text so far, and an error event", async (_, step, code, retryable) => {
    const question = newQuestion();
    await script(question, [{ content: "abcdef", chunkChars: 1, chunkDelayMs: 40, ...step }], true);
    const response = await chatStream(ask(question));
    expect(response.status).toBe(200);
    const events = await eventsOf(response);
    expect(textOf(events)).toMatch(/^(abc|x{20,})$/);
    expect(events.at(-1)).toEqual({
      id: events.length,
      error: { code, message: expect.stringMatching(/\.$/), retryable },
    });
    expect(JSON.stringify(events)).not.toContain("SECRET");
    expect(await calls(question)).toHaveLength(1);
  });

  it("anything: a JSON caller gets the problem", async () => {
    const question = newQuestion();
    await script(question, [{ content: "abcdef", chunkChars: 1, chunkDelayMs: 40, endAfterChunks: 3 }], true);
    const response = await chat(ask(question));
    expect([response.status, (await problemOf(response)).code]).toEqual([502, "upstream_incomplete"]);
    expect(await calls(question)).toHaveLength(1);
  });
});

describe.concurrent("an upstream that fails", () => {
  it("after much silence, ends a stream that began with a comment", async () => {
    const question = newQuestion();
    await script(question, [{ headersAfterMs: 1_200, status: 400, body: error(null) }]);
    const response = await chatStream(ask(question));
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(
      /^(: keep-alive\n\n)+data: \{"id":1,"error":\{"code":"upstream_rejected","message":"[^"]+","retryable":false\}\}\n\n$/,
    );
  });

  it("for a moment only, is asked again until it answers", async () => {
    const question = newQuestion();
    await script(question, [{ status: 500, body: "" }, { endAfterChunks: 0 }, { content: "There." }]);
    expect((await answerOf(await chat(ask(question)))).message.content).toBe("There.");
    expect(await calls(question)).toHaveLength(3);
  });

  it("leaves a row in the log where it cost a call, with its code", async () => {
    const question = newQuestion();
    await script(question, [{ content: "abc", chunkChars: 1, chunkDelayMs: 30, endAfterChunks: 2 }]);
    const response = await chatStream(ask(question));
    const [, run] = (response.headers.get("X-Stream-Id") ?? "").split(".");
    await response.body?.cancel();
    const row = () => env.DB.prepare("SELECT * FROM request_log WHERE id = ?").bind(run).first();
    await expect
      .poll(row)
      .toMatchObject({ route: "/api/chat", status: 502, code: "upstream_incomplete", calls: 1 });
  });

  it("after the finish_reason has failed nobody", async () => {
    const question = newQuestion();
    const rawStream = [
      'data: {"choices":[{"delta":{"content":"Whole."}}]}\n\ndata: {"choices":[{"finish_reason":"stop"}]}\n\n',
      "data: {nonsense\n\n",
    ];
    await script(question, [{ rawStream }]);
    expect(await answerOf(await chat(ask(question)))).toMatchObject({
      message: { content: "Whole." },
      finishReason: "stop",
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    });
  });
});
