import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import type { Persona } from "../../src/personas/schema.ts";
import { eventsOf, generate, generateStream, newLead, problemOf, setOf } from "../support/api.ts";
import { calls, script } from "../support/upstream.ts";

interface Case {
  readonly what: string;
  readonly step: Step;
  readonly status: number;
  readonly code: string;
  /** How often the upstream is asked when it goes on like this. */
  readonly calls: number;
  readonly retryAfter?: string;
}

const error = (code: string | null, type = "invalid_request_error") => ({
  error: { message: "SECRET of the upstream", type, param: null, code },
});

const CASES: Case[] = [
  {
    what: "401",
    step: { status: 401, body: error("invalid_api_key") },
    status: 502,
    code: "upstream_auth",
    calls: 1,
  },
  { what: "403", step: { status: 403, body: error(null) }, status: 502, code: "upstream_auth", calls: 1 },
  { what: "400", step: { status: 400, body: error(null) }, status: 502, code: "upstream_rejected", calls: 1 },
  { what: "404", step: { status: 404, body: error(null) }, status: 502, code: "upstream_rejected", calls: 1 },
  { what: "422", step: { status: 422, body: error(null) }, status: 502, code: "upstream_rejected", calls: 1 },
  {
    what: "a redirect",
    step: { status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" },
    status: 502,
    code: "upstream_rejected",
    calls: 1,
  },
  {
    what: "404 model_not_found",
    step: { status: 404, body: error("model_not_found") },
    status: 502,
    code: "upstream_model_unavailable",
    calls: 1,
  },
  {
    what: "429 for as long as one asks",
    step: {
      status: 429,
      headers: { "retry-after-ms": "10" },
      body: error("rate_limit_exceeded", "requests"),
    },
    status: 503,
    code: "upstream_rate_limited",
    calls: 3,
    retryAfter: "1",
  },
  {
    what: "429 with a long Retry-After",
    step: { status: 429, headers: { "retry-after": "60" }, body: error("rate_limit_exceeded", "requests") },
    status: 503,
    code: "upstream_rate_limited",
    calls: 1,
    retryAfter: "60",
  },
  {
    what: "429 insufficient_quota",
    step: { status: 429, body: error("insufficient_quota", "insufficient_quota") },
    status: 503,
    code: "upstream_quota",
    calls: 1,
  },
  { what: "408", step: { status: 408, body: error(null) }, status: 502, code: "upstream_error", calls: 3 },
  { what: "409", step: { status: 409, body: error(null) }, status: 502, code: "upstream_error", calls: 3 },
  { what: "500", step: { status: 500, body: error(null) }, status: 502, code: "upstream_error", calls: 3 },
  {
    what: "503 in HTML",
    step: { status: 503, body: "<html>" },
    status: 502,
    code: "upstream_error",
    calls: 3,
  },
  {
    what: "503 with a long Retry-After",
    step: { status: 503, headers: { "retry-after": "11" }, body: "" },
    status: 502,
    code: "upstream_error",
    calls: 1,
    retryAfter: "11",
  },
  {
    what: "a connection dropped before the answer",
    step: { drop: "before-headers" },
    status: 502,
    code: "upstream_error",
    calls: 3,
  },
  {
    what: "a connection dropped in the answer",
    step: { dropAfterChunks: 5 },
    status: 502,
    code: "upstream_error",
    calls: 3,
  },
  {
    what: "an error event in the stream",
    step: { errorAfterChunks: { chunks: 2, error: { message: "SECRET", type: "server_error", code: null } } },
    status: 502,
    code: "upstream_error",
    calls: 3,
  },
  {
    what: "a clean end without a finish_reason",
    step: { endAfterChunks: 5 },
    status: 502,
    code: "upstream_incomplete",
    calls: 3,
  },
  {
    what: "half an event",
    step: { rawStream: ['data: {"choices":[{"del\n\n'] },
    status: 502,
    code: "upstream_error",
    calls: 3,
  },
  {
    what: "an answer that does not begin",
    step: { headersAfterMs: 30_000 },
    status: 504,
    code: "upstream_timeout",
    calls: 1,
  },
  {
    what: "silence inside the answer",
    step: { silentAfterChunks: 3 },
    status: 504,
    code: "upstream_timeout",
    calls: 1,
  },
  {
    what: "an answer that never ends",
    step: { content: "x".repeat(2_000), chunkChars: 1, chunkDelayMs: 100 },
    status: 504,
    code: "upstream_timeout",
    calls: 1,
  },
  {
    what: "text that is not JSON",
    step: { content: "Here are your personas!" },
    status: 502,
    code: "upstream_invalid_output",
    calls: 2,
  },
  {
    what: "JSON of the wrong shape",
    step: { content: '{"personas":[{"name":"Ann"}]}' },
    status: 502,
    code: "upstream_invalid_output",
    calls: 2,
  },
  {
    what: "no personas at all",
    step: { content: '{"personas":[]}' },
    status: 502,
    code: "upstream_invalid_output",
    calls: 2,
  },
  {
    what: "an answer cut off by its length",
    step: { content: '{"personas":[', finishReason: "length" },
    status: 502,
    code: "upstream_invalid_output",
    calls: 1,
  },
  {
    what: "a refusal",
    step: { refusal: "I cannot help with that." },
    status: 422,
    code: "model_refusal",
    calls: 1,
  },
  {
    what: "the content filter",
    step: { content: '{"personas":', finishReason: "content_filter" },
    status: 422,
    code: "model_refusal",
    calls: 1,
  },
];

describe.concurrent("the upstream fails with", () => {
  it.each(CASES)("$what: $status $code after $calls", async (expected) => {
    const leadData = newLead();
    await script(leadData.name, [expected.step], true);
    const response = await generate({ leadData });
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([expected.status, expected.code]);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("Cache-Status")).toBe("asknewton; fwd=miss");
    expect(JSON.stringify(problem)).not.toContain("SECRET");
    if (expected.retryAfter) expect(response.headers.get("Retry-After")).toBe(expected.retryAfter);
    expect(await calls(leadData.name)).toHaveLength(expected.calls);
  });
});

describe.concurrent("what failed", () => {
  it("is in no cache layer: the next request tries again, and nobody learns of the first", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ status: 400, body: error(null) }]);
    expect((await generate({ leadData })).status).toBe(502);
    const response = await generate({ leadData });
    expect(response.headers.get("Cache-Status")).toBe("asknewton; fwd=miss");
    expect((await setOf(response)).fromCache).toBe(false);
  });

  it("leaves a row in the log where it cost a call, with its code", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ content: "no" }], true);
    await generate({ leadData, email: "row@example.org" });
    const query =
      "SELECT * FROM request_log WHERE code = 'upstream_invalid_output' AND email_hash IS NOT NULL";
    await expect
      .poll(async () => (await env.DB.prepare(query).all()).results)
      .toMatchObject([{ route: "/api/personas/generate", status: 502, calls: 2, set_id: null }]);
  });

  it("is followed by one whole answer where it was transient", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ status: 500, body: "" }, { dropAfterChunks: 20 }]);
    const set = await setOf(await generate({ leadData }));
    expect(set.personas).toHaveLength(3);
    expect(await calls(leadData.name)).toHaveLength(3);
  });

  it("is followed by one more try where the output was invalid", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ content: '{"personas":[1]}' }]);
    expect((await setOf(await generate({ leadData }))).personas).toHaveLength(3);
    expect(await calls(leadData.name)).toHaveLength(2);
  });

  it("makes at most three calls in all, the one more try among them", async () => {
    const leadData = newLead();
    await script(
      leadData.name,
      [{ content: "no" }, { status: 500, body: "" }, { status: 500, body: "" }],
      true,
    );
    expect((await problemOf(await generate({ leadData }))).code).toBe("upstream_error");
    expect(await calls(leadData.name)).toHaveLength(3);
  });
});

describe.concurrent("a stream whose upstream fails", () => {
  it("is a problem with its status before the first persona", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ status: 400, body: error(null) }]);
    const response = await generateStream({ leadData });
    expect([response.status, (await problemOf(response)).code]).toEqual([502, "upstream_rejected"]);
  });

  it("begins with a comment after some silence, and then ends with an error event", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ headersAfterMs: 1_200, status: 400, body: error(null) }]);
    const response = await generateStream({ leadData });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text.startsWith(": keep-alive\n\n")).toBe(true);
    expect(text).toMatch(
      /data: \{"id":1,"error":\{"code":"upstream_rejected","message":"[^"]+","retryable":false\}\}\n\n$/,
    );
  });

  it("ends with an error event in the middle, where personas had gone out", async () => {
    const leadData = newLead();
    const cut = { chunkChars: 40, chunkDelayMs: 20, endAfterChunks: 60 };
    await script(leadData.name, [cut], true);
    const events = await eventsOf(await generateStream({ leadData }));
    expect(events[0]).toHaveProperty("persona");
    expect(events.at(-1)).toMatchObject({ error: { code: "upstream_incomplete", retryable: true } });
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("says reset where one more try begins after personas had gone out, and ids go on", async () => {
    const leadData = newLead();
    const first = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }));
    const { id: _, imageUrl: __, imageStatus: ___, ...traits } = first.personas[0] as Persona;
    const half = JSON.stringify({ personas: [traits, { name: "no persona" }] });
    await script(leadData.name, [{ content: half, chunkChars: 30, chunkDelayMs: 10 }]);
    const events = await eventsOf(await generateStream({ leadData, config: { count: 2 } }));
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(events[0]).toMatchObject({ persona: { name: traits.name } });
    expect(events[1]).toEqual({ id: 2, reset: true });
    expect(events[4]).toMatchObject({ done: true });
  });
});
