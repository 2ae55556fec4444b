import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UpstreamError } from "../../src/openai/failures.ts";
import { readCompletion } from "../../src/openai/token-stream.ts";

const encoder = new TextEncoder();

function bytesOf(pieces: readonly (string | Uint8Array)[], end: "close" | "drop" | "hold" = "close") {
  const chunks = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  let next = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[next];
      next += 1;
      if (chunk) controller.enqueue(chunk);
      else if (end === "close") controller.close();
      else if (end === "drop") controller.error(new Error("Network connection lost."));
      else return new Promise(() => {});
      return undefined;
    },
  });
}

const NEVER = new AbortController().signal;

async function read(body: ReadableStream<Uint8Array>, signal = NEVER, idleMs = 60_000) {
  const texts: string[] = [];
  const refusals: string[] = [];
  const completion = await readCompletion(body, {
    onText: (text) => texts.push(text),
    onRefusal: (text) => refusals.push(text),
    idleMs,
    signal,
  }).catch((error: unknown) => error);
  return { completion, text: texts.join(""), pieces: texts, refusal: refusals.join("") };
}

function codeOf(error: unknown): string {
  return error instanceof UpstreamError ? error.code : String(error);
}

const delta = (content: unknown) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const FINISH = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE =
  'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}\n\n';
const DONE = "data: [DONE]\n\n";

const NASTY = ["a\r\nb\n\ndata: {}", "\u0000\u2028\uFEFF", "🧑‍⚕️ é 漢字", '"\\', "[DONE]"];
const WHOLE = `${NASTY.map(delta).join("")}${FINISH}${USAGE}${DONE}`;
const SAID = NASTY.join("").replace("\u0000", "");

describe("the decoding of a streamed answer", () => {
  it("is the same wherever the bytes are cut, once", async () => {
    const bytes = encoder.encode(WHOLE);
    for (let at = 0; at <= bytes.length; at += 1) {
      const { text, completion } = await read(bytesOf([bytes.slice(0, at), bytes.slice(at)]));
      expect(text).toBe(SAID);
      expect(completion).toMatchObject({
        finishReason: "stop",
        usage: { inputTokens: 9, cachedInputTokens: 3, outputTokens: 4 },
      });
    }
  });

  it("is the same wherever they are cut, anyhow", async () => {
    const bytes = encoder.encode(WHOLE);
    const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const edges = [0, ...at.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
        expect((await read(bytesOf(pieces))).text).toBe(SAID);
      }),
    );
  });

  it.each([
    ["CR", WHOLE.replaceAll("\n", "\r")],
    ["CRLF", WHOLE.replaceAll("\n", "\r\n")],
    ["a BOM before all", `\uFEFF${WHOLE}`],
    ["comments", WHOLE.replace(/^data: /gm, ": ping\n\ndata: ")],
    ["no space after the colon", WHOLE.replace(/^data: /gm, "data:")],
    ["other fields", WHOLE.replace(/^data: /gm, "event: message\nid: 7\nretry: 10\ndata: ")],
    ["data over two lines", WHOLE.replaceAll('{"choices":', '{\ndata: "choices":')],
    ["more after the end", `${WHOLE}${delta("never said")}`],
    ["no usage", WHOLE.replace(USAGE, "")],
    ["no [DONE]", WHOLE.replace(DONE, "")],
  ])("takes %s, byte by byte too", async (_, text) => {
    const bytes = encoder.encode(text);
    expect((await read(bytesOf([bytes]))).text).toBe(SAID);
    const single = Array.from(bytes, (_byte, index) => bytes.slice(index, index + 1));
    const { text: said, completion } = await read(bytesOf(single));
    expect(said).toBe(SAID);
    expect(completion).toMatchObject({ finishReason: "stop" });
  });

  it("gives what one read brought in one piece, and never an empty one", async () => {
    const body = bytesOf([delta("a") + delta("") + delta("b"), delta(""), delta("c") + FINISH]);
    expect((await read(body)).pieces).toEqual(["ab", "c"]);
  });

  it("tells a refusal from an answer", async () => {
    const refused = 'data: {"choices":[{"delta":{"refusal":"No."}}]}\n\n';
    const { text, refusal, completion } = await read(bytesOf([refused, refused, FINISH]));
    expect([text, refusal]).toEqual(["", "No.No."]);
    expect(completion).toMatchObject({ refusal: "No.No." });
  });
});

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const choice = (delta: unknown, rest = {}) => event({ choices: [{ index: 0, delta, ...rest }] });
const whole = (content: unknown, rest = {}) => ({
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  ...rest,
});

/** Each says "2 + 2 = 4 😀" and ends with `stop`, in the shape of some server. */
const SHAPES: Record<string, string> = {
  "a list of parts, thinking first":
    delta([{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }]) +
    delta([
      { type: "text", text: "2 + 2 " },
      { type: "reference", reference_ids: [1] },
    ]) +
    delta([{ type: "text", text: "= 4 😀" }]) +
    FINISH,
  "reasoning beside a content that is null or empty":
    choice({ content: null, reasoning_content: "hm" }) +
    choice({ content: "", reasoning: "hm" }) +
    delta("2 + 2 = 4 😀") +
    FINISH,
  "no choices at first, and another one merged in":
    event({ choices: [], prompt_filter_results: [{}] }) +
    event({ choices: [{ index: 1, delta: { content: "no" } }] }) +
    event({
      choices: [
        { index: 1, delta: { content: "no" }, finish_reason: "length" },
        { index: 0, delta: { content: "2 + 2 = 4 😀" } },
      ],
    }) +
    FINISH,
  "a message that repeats what the deltas said":
    event({ choices: [{ delta: { content: "2 + 2 " }, message: { content: "2 + 2 " } }] }) +
    event({
      choices: [{ delta: { content: "= 4 😀" }, message: { content: "2 + 2 = 4 😀" } }],
    }) +
    event(whole("2 + 2 = 4 😀")),
  "thinking in the text": `${delta("\n<th") + delta("ink>2 + 2 = 5? </thi") + delta("nk>\n\n2 + 2 = 4 😀")}${FINISH}`,
  "thinking in the text, by tokens": `${["<think>", "hm", "</think>", "\n", "\n", "2 + 2", " = 4 😀"].map(delta).join("")}${FINISH}`,
  "characters in halves": `${delta("2 + 2 = 4 \ud83d") + delta("\ude00")}${FINISH}`,
  "control characters": `${delta("2 +\u0000 2\u0085 = 4\u001b 😀")}${FINISH}`,
  "a whole completion in one event": event(whole("2 + 2 = 4 😀")),
  "a JSON body": JSON.stringify(whole("2 + 2 = 4 😀"), undefined, 2),
  "a JSON body after white space": `\n\n  ${JSON.stringify(whole([{ type: "text", text: "2 + 2 = 4 😀" }]))}`,
  "a JSON body that does not say why it ended": JSON.stringify({
    choices: [{ message: { content: "2 + 2 = 4 😀" }, finish_reason: null }],
  }),
  "a reason that is not there yet, in a word":
    choice({ content: "2 + 2 " }, { finish_reason: "null" }) + delta("= 4 😀") + FINISH,
  "a JSON list of chunks": JSON.stringify([
    { choices: [{ delta: { content: "2 + 2 = 4 😀" } }] },
    whole(null),
  ]),
};

describe("the shapes of compatible servers", () => {
  it.each(Object.entries(SHAPES))("%s say the same wherever they are cut", async (_, text) => {
    const bytes = encoder.encode(text);
    const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const edges = [0, ...at.sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
        const answer = await read(bytesOf(pieces));
        expect(answer).toMatchObject({ text: "2 + 2 = 4 😀", completion: { finishReason: "stop" } });
      }),
      { numRuns: 30 },
    );
  });

  it("are told apart also where they are mixed", async () => {
    const streamed = Object.values(SHAPES).filter(
      (text) => text.startsWith("data:") && text.endsWith(FINISH),
    );
    const said = streamed.map((text) => text.slice(0, -FINISH.length));
    const some = fc.subarray(
      said.filter((text) => !text.includes("<th")),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(some, async (mixed) => {
        const { text } = await read(bytesOf([mixed.join(""), FINISH]));
        expect(text).toBe("2 + 2 = 4 😀".repeat(mixed.length));
      }),
    );
  });

  it("make half a character at the end whole", async () => {
    expect((await read(bytesOf([delta("Ana \ud83c") + FINISH]))).text).toBe("Ana \ufffd");
    expect((await read(bytesOf([delta("\udf89 Ana \ud83c") + delta("!") + FINISH]))).text).toBe(
      "\ufffd Ana \ufffd!",
    );
  });

  it("may say what was used in each chunk: the last counts, and zeros count for nothing", async () => {
    const used = (prompt: number, completion: number) =>
      event({ choices: [], usage: { prompt_tokens: prompt, completion_tokens: completion } });
    const last = await read(bytesOf([delta("a") + used(9, 1) + used(9, 4) + FINISH]));
    expect(last.completion).toMatchObject({ usage: { inputTokens: 9, outputTokens: 4 } });
    for (const zeros of [used(0, 0), used(9, 0), used(0, 4)]) {
      const { completion } = await read(bytesOf([delta("a") + FINISH + zeros + DONE]));
      expect(completion).toMatchObject({ usage: undefined });
    }
  });

  it("may say what was put into the prompt cache", async () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 3, cache_write_tokens: 50 },
    };
    const { completion } = await read(bytesOf([JSON.stringify(whole("a", { usage }))]));
    expect(completion).toMatchObject({ usage: { cachedInputTokens: 3, cacheWriteTokens: 6 } });
  });
});

describe("an error in the place of an answer", () => {
  it.each([
    [{ error: { code: 429 } }, "upstream_rate_limited", true],
    [{ error: { code: "429", message: "slow down" } }, "upstream_rate_limited", true],
    [[{ error: { code: 429, status: "RESOURCE_EXHAUSTED" } }], "upstream_rate_limited", true],
    [{ error: { status: "UNAVAILABLE" } }, "upstream_error", true],
    [{ error: { code: 401 } }, "upstream_auth", false],
    [{ error: { status: 403 } }, "upstream_auth", false],
    [{ error: { code: 402 } }, "upstream_quota", false],
    [{ error: { code: 400, message: "no" } }, "upstream_rejected", false],
    [{ error: { code: 502 }, choices: [{ delta: {}, finish_reason: "error" }] }, "upstream_error", true],
    [{ choices: [{ error: { code: 401 }, finish_reason: "error" }] }, "upstream_auth", false],
    [{ choices: [{ delta: {}, finish_reason: "error" }] }, "upstream_error", true],
    [{ object: "error", message: "no", code: 401 }, "upstream_auth", false],
    [{ error: { message: "no" }, status: 429 }, "upstream_rate_limited", true],
    [{ error: { type: "rate_limit_error" } }, "upstream_rate_limited", true],
    [{ error: { type: "requests", code: "rate_limit_exceeded" } }, "upstream_rate_limited", true],
    [{ error: { type: "invalid_request_error", code: "invalid_api_key" } }, "upstream_auth", false],
    [{ error: { type: "invalid_request_error", code: null } }, "upstream_rejected", false],
    [{ error: { type: "overloaded_error", code: "constructor" } }, "upstream_error", true],
    [{ choices: [{ delta: { content: "" }, finish_reason: "abort" }] }, "upstream_error", true],
    [{ error: "something" }, "upstream_error", true],
    [{ detail: "something" }, "upstream_error", true],
    [{ error: "model 'x' not found, try pulling it first", code: 404 }, "upstream_model_unavailable", false],
  ])("%j, in a stream and as a body, is %s", async (value, code, transient) => {
    for (const body of [event(value), JSON.stringify(value)]) {
      const { completion } = await read(bytesOf([body]));
      expect(completion).toMatchObject({ code, transient });
    }
  });

  it.each([["{"], ["[1"], ["{}"], ["[]"], ["null"], ['{"choices":null}'], ["[[]]"]])(
    "%s is a failure and no fault of ours",
    async (body) => {
      const code = codeOf((await read(bytesOf([body]))).completion);
      expect(["upstream_error", "upstream_incomplete"]).toContain(code);
    },
  );
});

describe("an answer that is not whole", () => {
  it.each([
    ["ends cleanly without a finish_reason", bytesOf([delta("a")]), "upstream_incomplete"],
    ["ends with [DONE] alone", bytesOf([delta("a"), DONE]), "upstream_incomplete"],
    [
      "ends within an event",
      bytesOf([delta("a"), 'data: {"choices":[{"finish_reason":"stop"}]}']),
      "upstream_incomplete",
    ],
    ["is empty", bytesOf([]), "upstream_incomplete"],
    ["is cut off", bytesOf([delta("a")], "drop"), "upstream_error"],
    ["holds half an event", bytesOf([delta("a"), 'data: {"choi\n\n']), "upstream_error"],
    [
      "holds an event that never ends",
      bytesOf([delta("a"), "data: ", "x".repeat(300 * 1024)]),
      "upstream_error",
    ],
    [
      "says that it failed",
      bytesOf([`${delta("a")}data: {"error":{"type":"server_error"}}\n\n`]),
      "upstream_error",
    ],
    [
      "says that there is no quota",
      bytesOf(['data: {"error":{"code":"insufficient_quota"}}\n\n']),
      "upstream_quota",
    ],
  ])("%s", async (_, body, code) => {
    const { completion, text } = await read(body);
    expect(codeOf(completion)).toBe(code);
    expect("a").toContain(text); // what came before is said all the same
  });

  it("falls silent", async () => {
    expect(codeOf((await read(bytesOf([delta("a")], "hold"), NEVER, 20)).completion)).toBe(
      "upstream_timeout",
    );
  });

  it("may come a few bytes at a time, slower than an event in the longest silence", async () => {
    const bytes = encoder.encode(delta("a") + FINISH);
    let at = 0;
    const dribbled = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 25));
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + 10));
        else controller.close();
        at += 10;
      },
    });
    const { completion, text } = await read(dribbled, NEVER, 100);
    expect([text, completion]).toMatchObject(["a", { finishReason: "stop" }]);
  });

  it.each(["<html>\n<p>hi</p>", '"a"', "Internal Server Error", "null"])(
    "is none at all, such as %j",
    async (body) => {
      expect(codeOf((await read(bytesOf([body]))).completion)).toBe("upstream_error");
    },
  );

  it("says nothing but comments, which are no progress", async () => {
    let sent = 0;
    const comments = new ReadableStream<Uint8Array>({
      async pull(controller) {
        sent += 1;
        await new Promise((resolve) => setTimeout(resolve, 1));
        controller.enqueue(encoder.encode(": still here\n\n"));
      },
    });
    expect(codeOf((await read(comments, NEVER, 50)).completion)).toBe("upstream_timeout");
    expect(sent).toBeGreaterThan(1);
  });

  it("is stopped: at once, with the reason, before the first byte or after it", async () => {
    for (const body of [bytesOf([], "hold"), bytesOf([delta("a")], "hold")]) {
      const controller = new AbortController();
      const reading = read(body, controller.signal);
      controller.abort("enough");
      expect((await reading).completion).toBe("enough");
    }
    expect((await read(bytesOf([], "hold"), AbortSignal.abort("before"))).completion).toBe("before");
  });
});

describe("an answer that is whole", () => {
  it("stays so where the connection drops, or is never closed, after its finish_reason", async () => {
    for (const end of ["drop", "hold"] as const) {
      const { completion, text } = await read(bytesOf([delta("a") + FINISH], end), NEVER, 20);
      expect(text).toBe("a");
      expect(completion).toMatchObject({ finishReason: "stop", usage: undefined });
    }
  });

  it("does not hide what its listener threw", async () => {
    const listener = {
      onText() {
        throw new TypeError("ours");
      },
    };
    const reading = readCompletion(bytesOf([delta("a") + FINISH]), {
      ...listener,
      idleMs: 60_000,
      signal: NEVER,
    });
    await expect(reading).rejects.toThrow("ours");
  });
});
