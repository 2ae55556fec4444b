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

const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const FINISH = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n';
const USAGE =
  'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}\n\n';
const DONE = "data: [DONE]\n\n";

const NASTY = ["a\r\nb\n\ndata: {}", "\u0000\u2028\uFEFF", "🧑‍⚕️ é 漢字", '"\\', "[DONE]"];
const WHOLE = `${NASTY.map(delta).join("")}${FINISH}${USAGE}${DONE}`;
const SAID = NASTY.join("");

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
