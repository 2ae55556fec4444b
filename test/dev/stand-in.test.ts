import { spawn } from "node:child_process";
import { once } from "node:events";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StandIn } from "../../dev/stand-in/index.ts";
import { startStandIn } from "../../dev/stand-in/index.ts";
import { apiError, chatAnswer, createClient, imageAnswer } from "./stand-in-client.ts";

let standIn: StandIn;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  standIn = await startStandIn({ pace: "fast" });
  client = createClient(standIn);
});
afterAll(() => standIn.close());

async function errorOf(response: Response) {
  const { error } = await apiError(response);
  return { status: response.status, code: error.code, param: error.param, type: error.type };
}

describe("every answer", () => {
  test("says that it comes from the stand-in, whoever gives it", async () => {
    const answers = [
      await client.chat("What is a deductible?"),
      await client.get("/models/gpt-5"),
      await client.get("/embeddings-of-nothing"),
      await client.control("GET", "/health"),
    ];
    expect(answers.map(({ headers }) => headers.get("x-asknewton-stand-in"))).toEqual(["1", "1", "1", "1"]);
    for (const answer of answers) await answer.body?.cancel();
  });

  test("needs a bearer that is not called invalid", async () => {
    const unauthorized = { status: 401, code: "invalid_api_key", param: null, type: "invalid_request_error" };
    for (const authorization of [undefined, "Basic abc", "Bearer ", "Bearer sk-invalid"]) {
      const headers = { "content-type": "application/json", ...(authorization ? { authorization } : {}) };
      const response = await client.post("/chat/completions", client.chatBody("hello"), { headers });
      expect(await errorOf(response)).toEqual(unauthorized);
    }
  });
});

describe("a chat answer", () => {
  test("comes whole, in the shape of a completion", async () => {
    const answer = await chatAnswer(await client.chat("How does an HSA work?"));
    expect(answer.id).toMatch(/^chatcmpl-standin-/);
    expect(answer).toMatchObject({ object: "chat.completion", model: "gpt-6-luna" });
    expect(answer.choices[0]).toMatchObject({
      finish_reason: "stop",
      message: { role: "assistant", refusal: null },
    });
    expect(answer.choices[0]?.message.content).toMatch(/HSA/);
    expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test("is streamed with its role first, then text, its end, its usage and [DONE]", async () => {
    const stream = await client.stream("How does an HSA work?", { stream_options: { include_usage: true } });
    const [first, ...rest] = stream.events;
    expect(first?.choices[0]?.delta).toMatchObject({ role: "assistant", content: "" });
    expect(rest.at(-1)).toMatchObject({
      choices: [],
      usage: { completion_tokens_details: { reasoning_tokens: 0 } },
    });
    expect(rest.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: "stop" });
    expect(new Set(stream.events.map(({ id }) => id)).size).toBe(1);
    expect(stream).toMatchObject({ done: true, clean: true });
    expect(stream.events.length).toBeGreaterThan(50);
  });

  test("carries no usage that was not asked for, and padding unless it is refused", async () => {
    const padded = await client.stream("What is a copay?");
    expect(padded.events.some(({ usage }) => usage)).toBe(false);
    expect(JSON.stringify(padded.events)).toContain("obfuscation");
    const bare = await client.stream("What is a copay?", { stream_options: { include_obfuscation: false } });
    expect(JSON.stringify(bare.events)).not.toContain("obfuscation");
  });

  test("shows cached tokens once the beginning of the prompt is known", async () => {
    const messages = [
      { role: "system", content: "You are Newton. ".repeat(300) },
      { role: "user", content: "What is coinsurance?" },
    ];
    const body = { model: "test-cache", messages };
    const first = await chatAnswer(await client.post("/chat/completions", body));
    const second = await chatAnswer(await client.post("/chat/completions", body));
    expect(first.usage.prompt_tokens_details).toMatchObject({ cached_tokens: 0, cache_write_tokens: 1_152 });
    expect(second.usage.prompt_tokens_details).toMatchObject({ cached_tokens: 1_152, cache_write_tokens: 0 });
    const longer = [...messages, { role: "assistant", content: "It is a share. ".repeat(50) }];
    const third = await chatAnswer(await client.post("/chat/completions", { ...body, messages: longer }));
    expect(third.usage.prompt_tokens_details).toMatchObject({
      cached_tokens: 1_152,
      cache_write_tokens: 128,
    });
    const short = await client.post("/chat/completions", { ...body, messages: messages.slice(1) });
    const none = { cached_tokens: 0, cache_write_tokens: 0 };
    expect((await chatAnswer(short)).usage.prompt_tokens_details).toMatchObject(none);
  });

  test("counts thinking against the limit, so that too small a limit leaves no words", async () => {
    const stream = await client.stream("What is a deductible?", {
      reasoning_effort: "low",
      max_completion_tokens: 50,
    });
    expect(stream).toMatchObject({ text: "", finishReason: "length", done: true });
    const roomier = await client.stream("What is a deductible?", { max_completion_tokens: 20 });
    expect(roomier.text.length).toBe(80);
    expect(roomier.finishReason).toBe("length");
  });

  test.each(["temperature", "top_p", "max_tokens"])("is refused where %s is sent", async (param) => {
    const response = await client.chat("hello", { [param]: 1 });
    expect(await errorOf(response)).toMatchObject({ status: 400, code: "unsupported_parameter", param });
  });

  test("is refused without messages, and for a body that is no JSON", async () => {
    const response = await client.post("/chat/completions", { model: "gpt-6-luna" });
    expect(await errorOf(response)).toMatchObject({ status: 400, param: "messages" });
    const broken = await client.post("/chat/completions", undefined, { body: "{" });
    expect(broken.status).toBe(400);
    await broken.body?.cancel();
  });
});

describe("a model", () => {
  test("is described with the day of its shutdown", async () => {
    const describe = async (id: string) => (await client.get(`/models/${id}`)).json();
    expect(await describe("gpt-5-mini")).toMatchObject({ object: "model", shutdown_date: "2026-12-11" });
    expect(await describe("gpt-6.1-terra")).toMatchObject({ id: "gpt-6.1-terra", shutdown_date: null });
    expect(await describe("test-anything")).toMatchObject({ shutdown_date: null });
  });

  test("that is not known is not found, wherever it is named", async () => {
    const missing = { status: 404, code: "model_not_found", param: null, type: "invalid_request_error" };
    expect(await errorOf(await client.get("/models/gpt-4-retired"))).toEqual(missing);
    expect(await errorOf(await client.chat("hello", { model: "gpt-4-retired" }))).toEqual(missing);
    const image = { model: "paint-1", prompt: "a face" };
    expect(await errorOf(await client.post("/images/generations", image))).toEqual(missing);
  });
});

describe("a picture", () => {
  const paint = async (body: Record<string, unknown>) => {
    const request = { model: "gpt-image-2.6-flare", prompt: "Woman in the early forties", ...body };
    const response = await client.post("/images/generations", request);
    return { response, answer: await imageAnswer(response) };
  };
  const decoded = async (base64: string) => {
    const image = sharp(Buffer.from(base64, "base64"));
    const { format, width, height } = await image.metadata();
    const pixels = await image.raw().toBuffer();
    return { format, width, height, pixels: pixels.length };
  };

  test("is a PNG of 1024 × 1024 unless something else is asked for", async () => {
    const { answer } = await paint({});
    expect(await decoded(answer.data[0].b64_json)).toMatchObject({
      format: "png",
      width: 1024,
      height: 1024,
    });
    expect(answer.usage.total_tokens).toBe(answer.usage.input_tokens + answer.usage.output_tokens);
    expect(answer.usage.input_tokens_details).toEqual({
      text_tokens: answer.usage.input_tokens,
      image_tokens: 0,
    });
  });

  test("comes as WebP, and in the size asked for", async () => {
    const { answer } = await paint({ output_format: "webp", size: "256x384", quality: "low" });
    expect(await decoded(answer.data[0].b64_json)).toMatchObject({ format: "webp", width: 256, height: 384 });
    expect(answer).toMatchObject({ output_format: "webp", size: "256x384", quality: "low" });
  });

  test("is another one for another prompt, and the same one for the same", async () => {
    const faces = [
      "Man in the late fifties, bald",
      "Man in the late fifties, bald",
      "Woman, curly auburn hair",
    ];
    const [one, again, other] = await Promise.all(
      faces.map(async (prompt) => (await paint({ prompt, size: "128x128" })).answer.data[0].b64_json),
    );
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });

  test("is refused with the parameter that its model does not know", async () => {
    const gpt = await client.post("/images/generations", {
      model: "gpt-image-2.6-flare",
      prompt: "a face",
      response_format: "b64_json",
    });
    expect(await errorOf(gpt)).toMatchObject({
      status: 400,
      code: "unknown_parameter",
      param: "response_format",
    });
    const dallE = await client.post("/images/generations", {
      model: "dall-e-3",
      prompt: "a face",
      output_format: "webp",
    });
    expect(await errorOf(dallE)).toMatchObject({
      status: 400,
      code: "unknown_parameter",
      param: "output_format",
    });
  });

  test("of an older model comes with its revised prompt and without usage", async () => {
    const { answer } = await paint({ model: "dall-e-3", response_format: "b64_json", size: "128x128" });
    expect(answer.data[0].revised_prompt).toBe("Woman in the early forties");
    expect(answer.usage).toBeUndefined();
  });

  test("cannot have an impossible size", async () => {
    const { response } = await paint({ size: "9x99999" });
    expect(response.status).toBe(400);
  });
});

describe("the command", () => {
  const MAIN = `${import.meta.dirname}/../../dev/stand-in/main.ts`;

  async function run(...options: string[]) {
    const child = spawn(process.execPath, [MAIN, ...options], { stdio: ["pipe", "pipe", "pipe"] });
    const exited = once(child, "exit").then(([code]) => code as number);
    const [line] = await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
    return { child, exited, line: String(line) };
  }

  test("prints where it listens, and ends when its parent's end of the pipe closes", async () => {
    const { child, exited, line } = await run("--pace", "fast", "--with-parent");
    const { baseUrl } = JSON.parse(line);
    const health = await fetch(new URL("/__stand-in/health", baseUrl).href);
    expect(await health.json()).toEqual({ status: "ok" });
    child.stdin.end();
    expect(await exited).toBe(0);
  });

  test("ends on SIGTERM with a stream still open", async () => {
    const { child, exited, line } = await run("--pace", "real");
    const response = await fetch(`${JSON.parse(line).baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer x" },
      body: JSON.stringify(client.chatBody("What is a premium?", { stream: true })),
    });
    expect(response.status).toBe(200);
    child.kill("SIGTERM");
    expect(await exited).toBe(0);
    await expect(response.text()).rejects.toThrow();
  });

  test("says in one line that its port is taken", async () => {
    const { exited, line } = await run("--port", new URL(standIn.origin).port);
    expect(line).toMatch(/^port \d+ is taken\n$/);
    expect(await exited).toBe(1);
  });
});
