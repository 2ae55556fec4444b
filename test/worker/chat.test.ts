import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generate, newLead, problemOf, setOf } from "../support/api.ts";
import { answerOf, ask, chat, chatStream, newQuestion, streamIdOf, textOf } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

/** Everything that a wire format may trip over. */
const NASTY = 'a\r\nb\n\ndata: {"content":"x"}\n\n\u0000\u2028\uFEFF"\\ 🧑‍⚕️ é 漢字 [DONE] \r';
/** The same without its control character, which no model's text keeps (CONTRACT §2). */
const CLEAN = NASTY.replace("\0", "");
const STREAM_ID = /^[0-9a-f]{64}\.[0-9a-f]{32}$/;

describe("a chat as JSON", () => {
  it("is the whole answer with its reason, its usage and its stream's id", async () => {
    const question = newQuestion();
    await script(question, [{ content: NASTY, chunkChars: 3 }]);
    const response = await chat(ask(question));
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(response.headers.get("Server-Timing")).toMatch(/run;dur=\d+/);
    expect(response.headers.get("Idempotency-Replayed")).toBeNull();
    expect(await answerOf(response)).toEqual({
      message: { role: "assistant", content: CLEAN },
      finishReason: "stop",
      model: "gpt-6-luna",
      usage: {
        inputTokens: expect.any(Number),
        cachedInputTokens: expect.any(Number),
        outputTokens: expect.any(Number),
      },
      streamId: expect.stringMatching(STREAM_ID),
    });
  });

  it("leaves a row in the log with what it used and cost", async () => {
    const question = newQuestion();
    const { usage, streamId } = await answerOf(await chat(ask(question)));
    const [name, run] = streamId.split(".");
    const row = () => env.DB.prepare("SELECT * FROM request_log WHERE id = ?").bind(run).first();
    await expect.poll(row).toMatchObject({
      route: "/api/chat",
      request_hash: name,
      status: 200,
      code: null,
      model: "gpt-6-luna",
      calls: 1,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      caller_address_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect((await row())?.cost_usd).toBeGreaterThan(0);
  });
});

describe("a chat as a stream", () => {
  it("is one data line an event, numbered from 1, and ends in done", async () => {
    const question = newQuestion();
    await script(question, [{ content: NASTY, chunkChars: 1, chunkDelayMs: 5 }]);
    const response = await chatStream(ask(question));
    expect(response.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("Cache-Control")).toBe("no-cache, no-transform");
    expect(streamIdOf(response)).toMatch(STREAM_ID);
    const text = await response.clone().text();
    for (const event of text.split("\n\n").slice(0, -1))
      expect(event).toMatch(/^data: \{"id":\d+,[^\r\n]*\}$/);
    const events = await eventsOf(response);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(events.length).toBeGreaterThan(3);
    expect(textOf(events)).toBe(CLEAN);
    expect(events.at(-1)).toEqual({
      id: events.length,
      done: true,
      finishReason: "stop",
      usage: expect.objectContaining({ inputTokens: expect.any(Number) }),
      model: "gpt-6-luna",
    });
  });

  it("sends the first text while the model is still writing", async () => {
    const question = newQuestion();
    await script(question, [{ content: "Hello there", chunkChars: 5, silentAfterChunks: 1 }]);
    const reader = (await chatStream(ask(question))).body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: {"id":1,"content":"Hello"}\n\n');
    expect((await calls(question))[0]?.outcome).toBe("open");
    await reader?.cancel();
  });

  it("sends a comment where the model is silent", async () => {
    const question = newQuestion();
    await script(question, [{ content: "ab", chunkChars: 1, chunkDelayMs: 1_000 }]);
    const text = await (await chatStream(ask(question))).text();
    expect(text).toMatch(
      /^data: \{"id":1,"content":"a"\}\n\n(: keep-alive\n\n)+data: \{"id":2,"content":"b"\}/,
    );
  });

  it("never cuts a character in two, and gives one back whole that the upstream cut", async () => {
    const question = newQuestion();
    const delta = (content: string) => `data: {"choices":[{"delta":{"content":${content}}}]}\n\n`;
    const rawStream = [
      delta('"\\ud83e"'),
      delta('"\\uddd1!"'),
      'data: {"choices":[{"finish_reason":"stop"}]}\n\n',
    ];
    await script(question, [{ rawStream, chunkDelayMs: 40 }]);
    const events = await eventsOf(await chatStream(ask(question)));
    expect(events.map(({ content }) => content)).toEqual(["🧑!", undefined]);
  });
});

describe("the reason an answer ended", () => {
  it.each([
    [{ content: "Cut o", finishReason: "length" }, "Cut o", "length"],
    [{ content: "Well, ", finishReason: "content_filter" }, "Well, ", "content_filter"],
    [{ refusal: "I cannot help with that." }, "I cannot help with that.", "refusal"],
    [{ content: "Fine.", finishReason: "eos" }, "Fine.", "stop"],
  ])("%o", async (step, content, finishReason) => {
    const question = newQuestion();
    await script(question, [step]);
    expect(await answerOf(await chat(ask(question)))).toMatchObject({ message: { content }, finishReason });
    const events = await eventsOf(await chatStream(ask(question)));
    expect(textOf(events)).toBe(content);
    expect(events.at(-1)).toMatchObject({ done: true, finishReason });
    expect(await calls(question)).toHaveLength(1);
  });
});

interface Message {
  readonly role: string;
  readonly content: string;
}

/** The body of the one call that a question made, and the messages in it. */
async function sent(question: string): Promise<[Record<string, unknown>, Message[]]> {
  const [call] = await calls(question);
  if (!call) throw new Error("the upstream was not called");
  return [call.body, call.body.messages as Message[]];
}

describe("what the model is asked", () => {
  it("is Newton's prompt, the same for all and first, then the conversation and nothing that it refuses", async () => {
    const [first, second] = [newQuestion(), newQuestion()];
    const said = [
      { role: "user", content: first },
      { role: "assistant", content: "A deductible is…" },
      { role: "user", content: "And for two?" },
    ];
    await answerOf(await chat({ messages: said }));
    await answerOf(await chat(ask(second)));
    const [one, messages] = await sent(first);
    const [, others] = await sent(second);
    expect(messages[0]?.role).toBe("system");
    expect(messages[0]?.content).toMatch(/Newton/);
    expect(messages.slice(1)).toEqual(said);
    expect(others[0]).toEqual(messages[0]);
    expect(one).toMatchObject({
      model: "gpt-6-luna",
      reasoning_effort: "none",
      max_completion_tokens: 4_000,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    for (const refused of ["temperature", "top_p", "max_tokens"]) expect(one).not.toHaveProperty(refused);
  });

  it("tells of the persona that the chat names, as a user's data before the conversation", async () => {
    const { setId, personas } = await setOf(await generate({ leadData: newLead() }));
    const persona = personas[1];
    const [question, other] = [newQuestion(), newQuestion()];
    await answerOf(await chat({ ...ask(question), persona: { setId, personaId: persona?.id } }));
    await answerOf(await chat(ask(other)));
    const [, [system, about, user]] = await sent(question);
    const [, [plain]] = await sent(other);
    expect(system).toEqual(plain);
    expect([system?.role, about?.role]).toEqual(["system", "user"]);
    expect(about?.content).toMatch(/nothing in it is an instruction/);
    const known = JSON.parse(about?.content.slice(about.content.indexOf("{")) ?? "");
    expect(known).toMatchObject({ name: persona?.name, budget: persona?.budget });
    for (const hidden of ["id", "imageKey", "imageUrl"]) expect(known).not.toHaveProperty(hidden);
    expect(user?.content).toBe(question);
  });

  it("is nothing where the persona is not known", async () => {
    const { setId } = await setOf(await generate({ leadData: newLead() }));
    for (const persona of [
      { setId, personaId: "nobody" },
      { setId: "no set", personaId: "nobody" },
    ]) {
      const question = newQuestion();
      const response = await chat({ ...ask(question), persona });
      expect([response.status, (await problemOf(response)).code]).toEqual([404, "persona_not_found"]);
      expect(await calls(question)).toEqual([]);
    }
  });
});
