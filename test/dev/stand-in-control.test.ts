import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StandIn } from "../../dev/stand-in/index.ts";
import { startStandIn } from "../../dev/stand-in/index.ts";
import type { Client } from "./stand-in-client.ts";
import { chatAnswer, controlAnswer, createClient, imageAnswer } from "./stand-in-client.ts";

let standIn: StandIn;
let client: Client;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  client = createClient(standIn);
});
beforeEach(async () => {
  await (await client.control("DELETE", "")).body?.cancel();
});
afterAll(() => standIn.close());

describe("a script", () => {
  test("takes one step a call, and then everything is as usual", async () => {
    await client.script("steps-mark", [{ status: 500 }, { status: 429, headers: { "retry-after": "7" } }]);
    const first = await client.chat("steps-mark one");
    const other = await client.chat("something else");
    const second = await client.chat("steps-mark two");
    const third = await client.chat("steps-mark three");
    expect([first, other, second, third].map(({ status }) => status)).toEqual([500, 200, 429, 200]);
    expect(second.headers.get("retry-after")).toBe("7");
    expect(await first.json()).toMatchObject({ error: { type: "server_error" } });
  });

  test("goes on with its last step for ever, until another takes its place or none does", async () => {
    const statuses = async () => [
      (await client.chat("for-ever")).status,
      (await client.chat("for-ever")).status,
    ];
    await client.script("for-ever", [{ status: 400 }, { status: 503 }], true);
    expect([...(await statuses()), ...(await statuses())]).toEqual([400, 503, 503, 503]);
    await client.script("for-ever", [{ status: 502 }], true);
    expect(await statuses()).toEqual([502, 502]);
    await client.script("for-ever", []);
    expect(await statuses()).toEqual([200, 200]);
  });

  test("matches the URL of a GET, and a later script goes before an earlier one", async () => {
    await client.script("/models/gpt-5", [{ status: 418, body: "short and stout" }], true);
    await client.script("gpt-5-mini", [{ body: { shutdown_date: "2030-01-01" } }], true);
    const teapot = await client.get("/models/gpt-5");
    expect([teapot.status, await teapot.text()]).toEqual([418, "short and stout"]);
    expect(await (await client.get("/models/gpt-5-mini")).json()).toEqual({ shutdown_date: "2030-01-01" });
  });

  test.each([
    [{ match: "x", steps: [{ stauts: 500 }] }, "stauts"],
    [{ match: "x", steps: [], often: true }, "often"],
    [{ steps: [] }, "match"],
    [{ match: "x", steps: [{ chunkDelayMs: -1 }] }, "steps[0].chunkDelayMs"],
    [{ match: "x", steps: [{ errorAfterChunks: { chunks: 1 } }] }, "steps[0].errorAfterChunks.error"],
  ])("that is wrong is refused by name: %j", async (script, named) => {
    const response = await client.control("POST", "/script", script);
    expect(response.status).toBe(400);
    const { error } = await controlAnswer(response);
    expect(error).toContain(named);
  });

  test("hangs up before the headers", async () => {
    await client.script("no-headers", [{ drop: "before-headers" }]);
    await expect(client.chat("no-headers")).rejects.toThrow();
    const [call] = await client.calls("?match=no-headers");
    expect(call).toMatchObject({ outcome: "finished", firstByteAt: null });
  });

  test("holds the headers back", async () => {
    await client.script("late-headers", [{ headersAfterMs: 60, content: "late" }]);
    const answer = await chatAnswer(await client.chat("late-headers"));
    expect(answer.choices[0]?.message.content).toBe("late");
    const [call] = await client.calls("?match=late-headers");
    expect((call?.firstByteAt ?? 0) - (call?.startedAt ?? 0)).toBeGreaterThan(55);
  });

  test("decides what the assistant says, how it is cut, and what it cost", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    await client.script("said", [
      { content: "naïve 👩‍⚕️ café", chunkChars: 1, finishReason: "length", usage },
    ]);
    const stream = await client.stream("said", { stream_options: { include_usage: true } });
    expect(stream).toMatchObject({ text: "naïve 👩‍⚕️ café", finishReason: "length", done: true });
    expect(stream.events.at(-1)?.usage).toEqual(usage);
    for (const { choices } of stream.events) expect(choices[0]?.delta.content ?? "").toSatisfy(wellFormed);
  });

  const wellFormed = (text: string) => text.isWellFormed();

  test("can leave the usage out", async () => {
    await client.script("unpriced", [{ usage: null }]);
    const stream = await client.stream("unpriced", { stream_options: { include_usage: true } });
    expect(stream.done).toBe(true);
    expect(stream.events.some(({ usage }) => usage)).toBe(false);
  });

  test("makes the model refuse, streamed or whole", async () => {
    await client.script("refuse", [{ refusal: "I cannot help with that." }, { refusal: "No." }]);
    const stream = await client.stream("refuse");
    expect(stream).toMatchObject({ text: "", refusal: "I cannot help with that.", finishReason: "stop" });
    const whole = await chatAnswer(await client.chat("refuse"));
    expect(whole.choices[0]?.message).toMatchObject({ content: null, refusal: "No." });
  });
});

describe("a stream that goes wrong", () => {
  const ten = { content: "0123456789", chunkChars: 1 };

  test("ends cleanly with no finish_reason and no [DONE]", async () => {
    await client.script("unfinished", [{ ...ten, finishReason: null }]);
    const stream = await client.stream("unfinished");
    expect(stream).toMatchObject({ text: ten.content, finishReason: null, done: false, clean: true });
  });

  test("ends cleanly after some chunks", async () => {
    await client.script("cut", [{ ...ten, endAfterChunks: 3 }]);
    expect(await client.stream("cut")).toMatchObject({
      text: "012",
      finishReason: null,
      done: false,
      clean: true,
    });
  });

  test("is dropped after some chunks, all of which arrive", async () => {
    await client.script("dropped", [{ ...ten, dropAfterChunks: 4 }]);
    expect(await client.stream("dropped")).toMatchObject({ text: "0123", done: false, clean: false });
  });

  test("says an error in the middle", async () => {
    const error = { message: "overloaded", type: "server_error", code: null };
    await client.script("broken", [{ ...ten, errorAfterChunks: { chunks: 2, error } }]);
    const stream = await client.stream("broken");
    expect(stream).toMatchObject({ text: "01", done: false, clean: true });
    expect(stream.events.at(-1)?.error).toEqual(error);
  });

  test("falls silent, holds the connection, and notices at once that the caller went", async () => {
    await client.script("silent", [{ ...ten, silentAfterChunks: 2 }]);
    const leaving = new AbortController();
    const response = await client.post("/chat/completions", client.chatBody("silent", { stream: true }), {
      signal: leaving.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await client.calls("?match=silent")).toMatchObject([{ outcome: "open", endedAt: null }]);
    leaving.abort();
    const waited = await client.control("GET", "/calls/wait?match=silent&outcome=aborted&timeoutMs=2000");
    expect(waited.status).toBe(200);
    const { calls } = await controlAnswer(waited);
    expect(calls).toMatchObject([{ outcome: "aborted", endedAt: expect.any(Number) }]);
  });

  test("is left by a caller who does not wait for its headers, and that is noticed too", async () => {
    await client.script("impatient", [{ headersAfterMs: 60_000 }]);
    const leaving = new AbortController();
    const asking = client.post("/chat/completions", client.chatBody("impatient"), { signal: leaving.signal });
    await (await client.control("GET", "/calls/wait?match=impatient&outcome=open")).json();
    leaving.abort();
    await expect(asking).rejects.toThrow();
    const waited = await client.control("GET", "/calls/wait?match=impatient&outcome=aborted&timeoutMs=2000");
    expect((await controlAnswer(waited)).calls).toMatchObject([{ outcome: "aborted", firstByteAt: null }]);
  });

  test("is sent exactly as given, one write a piece", async () => {
    const pieces = ['data: {"choices":[{"del', 'ta":{"content":"é"}}]}\r', "\n\r\n", ": only a comment\n\n"];
    await client.script("raw", [{ rawStream: pieces }]);
    const response = await client.chat("raw", { stream: true });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await response.text()).toBe(pieces.join(""));
  });
});

describe("a script for pictures", () => {
  const painted = async (prompt: string) => {
    const request = { model: "gpt-image-2.6-flare", prompt, output_format: "webp" };
    const answer = await imageAnswer(await client.post("/images/generations", request));
    return { answer, bytes: Buffer.from(answer.data[0].b64_json, "base64") };
  };

  test("gives a PNG of about the size it names, or the very bytes", async () => {
    await client.script("big picture", [{ imageBytes: 2_000_000 }, { imageBase64: "AAEC" }]);
    const big = await painted("big picture");
    expect(big.bytes.length).toBe(2_000_000);
    expect(big.bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(big.answer.output_format).toBe("png");
    const { default: sharp } = await import("sharp");
    expect(await sharp(big.bytes).metadata()).toMatchObject({ format: "png", width: 1 });
    expect((await painted("big picture")).bytes).toEqual(Buffer.from([0, 1, 2]));
  });
});

describe("the journal", () => {
  test("tells of each call in order, with its body and without its key", async () => {
    await (await client.chat("journal-a")).json();
    await (await client.get("/models/gpt-5")).json();
    await (await client.chat("journal-b")).json();
    const calls = await client.calls("");
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/chat/completions",
      "GET /v1/models/gpt-5",
      "POST /v1/chat/completions",
    ]);
    expect(calls[2]?.body).toMatchObject({ messages: [{ content: "journal-b" }] });
    expect(calls[0]?.headers.authorization).toBe("Bearer …");
    expect(calls.every(({ outcome }) => outcome === "finished")).toBe(true);
    const [first] = calls;
    expect(first?.endedAt).toBeGreaterThanOrEqual(first?.firstByteAt ?? Number.POSITIVE_INFINITY);
    expect(first?.firstByteAt).toBeGreaterThanOrEqual(first?.startedAt ?? Number.POSITIVE_INFINITY);
  });

  test("finds calls by what is in their body or URL", async () => {
    await (await client.chat("needle")).json();
    await (await client.get("/models/gpt-6-luna")).json();
    expect(await client.calls("?match=needle")).toHaveLength(1);
    expect(await client.calls("?match=/models/")).toHaveLength(1);
    expect(await client.calls("?match=haystack")).toEqual([]);
  });

  test("keeps only the beginning and the end of a long body", async () => {
    await (await client.chat(`${"long ".repeat(20_000)} the-very-end`)).json();
    const [call] = await client.calls("?match=the-very-end");
    expect(JSON.stringify(call?.body).length).toBe(64 * 1024 + 1);
  });

  test("waits until there are enough calls, or says what there was", async () => {
    const waiting = client.control("GET", "/calls/wait?match=enough&count=2&outcome=finished");
    await (await client.chat("enough 1")).json();
    await (await client.chat("enough 2")).json();
    const waited = await waiting;
    expect(waited.status).toBe(200);
    expect((await controlAnswer(waited)).calls).toHaveLength(2);
    const late = await client.control("GET", "/calls/wait?match=enough&count=3&timeoutMs=10");
    expect(late.status).toBe(408);
    expect((await controlAnswer(late)).calls).toHaveLength(2);
  });

  test("is forgotten with the scripts", async () => {
    await client.script("forgotten", [{ status: 500 }]);
    await (await client.control("DELETE", "")).json();
    expect((await client.chat("forgotten")).status).toBe(200);
    expect(await client.calls("")).toHaveLength(1);
  });
});

describe("the pace", () => {
  const timed = async (text: string, more?: Record<string, unknown>) => {
    const startedAt = performance.now();
    await client.stream(text, more);
    return performance.now() - startedAt;
  };

  test("can be set while it runs, for the calls that match", async () => {
    await client.script("walk", [{ content: "x".repeat(20) }], true);
    const pace = { match: "walk slowly", ttftMs: 40, tokensPerSecond: 200, chunkChars: 1 };
    await (await client.control("POST", "/pace", pace)).json();
    const [slow, fast] = [await timed("walk slowly"), await timed("walk quickly")];
    // The first of 20 characters after 40 ms, and the last 19 beats of 5 ms later.
    expect(slow).toBeGreaterThan(130);
    expect(fast).toBeLessThan(slow);
  });

  test("holds for pictures and for answers that are not streamed", async () => {
    await (await client.control("POST", "/pace", { imageMs: 50, ttftMs: 50 })).json();
    const request = { model: "gpt-image-2.6-flare", prompt: "a face", size: "64x64" };
    await (await client.post("/images/generations", request)).json();
    await (await client.chat("not streamed")).json();
    const calls = await client.calls("");
    for (const call of calls) expect((call.endedAt ?? 0) - call.startedAt).toBeGreaterThan(45);
  });

  test("with an unknown member is refused", async () => {
    const response = await client.control("POST", "/pace", { ttft: 5 });
    expect([response.status, (await controlAnswer(response)).error]).toEqual([
      400,
      expect.stringContaining("ttft"),
    ]);
  });
});

test("a control route that does not exist names those that do", async () => {
  const response = await client.control("GET", "/nothing");
  expect(response.status).toBe(404);
  expect((await controlAnswer(response)).error).toContain("POST /script");
});
