import { describe, expect, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { eventsOf, generate, newLead, problemOf, setOf } from "../support/api.ts";
import { answerOf, ask, chat, chatStream, newQuestion, textOf } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const chunk = (delta: unknown, finish_reason: string | null = null) =>
  event({ choices: [{ index: 0, delta, finish_reason }] });
const STOP = chunk({}, "stop");
const completion = (content: string | { type: string; text: string }[]) => ({
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 4 },
});

/** The same words in the shapes of several servers. */
const SHAPES: [string, (words: string) => Step][] = [
  [
    "a list of parts, thinking first",
    (text) => ({
      rawStream: [
        chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }),
        chunk({ content: [{ type: "text", text }] }),
        STOP,
      ],
    }),
  ],
  [
    "another choice merged in",
    (content) => ({
      rawStream: [event({ choices: [{ index: 1, delta: { content: "no" } }] }), chunk({ content }), STOP],
    }),
  ],
  ["one JSON body", (content) => ({ status: 200, body: completion(content) })],
  [
    "one JSON body with nothing but its words",
    (content) => ({ status: 200, body: { choices: [{ message: { content } }] } }),
  ],
  ["one JSON body in parts", (text) => ({ status: 200, body: completion([{ type: "text", text }]) })],
  [
    "reasoning beside it",
    (content) => ({
      rawStream: [chunk({ content: null, reasoning_content: "hm" }), chunk({ content }), STOP],
    }),
  ],
  ["thinking in the text", (content) => ({ content: `<think>{"personas":[]} hm</think>\n\n${content}` })],
  [
    "control characters and half an emoji",
    (content) => ({
      rawStream: [
        chunk({ content: `\u0000${content.slice(0, 1)}` }),
        chunk({ content: content.slice(1) }),
        STOP,
      ],
    }),
  ],
];

const traits = async () => {
  const { personas } = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }));
  const { id: _, imageUrl: __, imageStatus: ___, ...first } = personas[0] as (typeof personas)[number];
  return first;
};

describe.concurrent("an answer that comes in the shape of", () => {
  it.each(SHAPES)("%s is taken in chat, with one call", async (_, shape) => {
    const question = newQuestion();
    await script(question, [shape("2 + 2 = 4")]);
    expect((await answerOf(await chat(ask(question)))).message.content).toBe("2 + 2 = 4");
    expect(await calls(question)).toHaveLength(1);
  });

  it.each(SHAPES)("%s is taken for personas, with one call", async (_, shape) => {
    const leadData = newLead();
    await script(leadData.name, [shape(JSON.stringify({ personas: [await traits()] }))]);
    expect((await setOf(await generate({ leadData, config: { count: 1 } }))).personas).toHaveLength(1);
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it.each([
    ["a fence", (json: string) => `\`\`\`json\n${json}\n\`\`\``],
    ["a byte order mark before it", (json: string) => `\uFEFF${json}`],
    ["thinking and a fence", (json: string) => `<think>hm</think>\n\`\`\`\n${json}\n\`\`\`\n`],
  ])("%s is taken for personas, with one call", async (_, wrap) => {
    const leadData = newLead();
    await script(leadData.name, [{ content: wrap(JSON.stringify({ personas: [await traits()] })) }]);
    await setOf(await generate({ leadData, config: { count: 1 } }));
    expect(await calls(leadData.name)).toHaveLength(1);
  });

  it("personas inside thinking alone is not taken", async () => {
    const leadData = newLead();
    const content = `<think>${JSON.stringify({ personas: [await traits()] })}</think>`;
    await script(leadData.name, [{ content }], true);
    const problem = await problemOf(await generate({ leadData, config: { count: 1 } }));
    expect(problem.code).toBe("upstream_invalid_output");
  });

  it("half a character is made whole, in a name and in a chat", async () => {
    const leadData = newLead();
    const question = newQuestion();
    const odd = JSON.stringify({ personas: [{ ...(await traits()), name: "Ana \ud83c" }] });
    await script(leadData.name, [{ content: odd }]);
    await script(question, [{ rawStream: [chunk({ content: "Hi \ud83c" }), STOP] }]);
    const { personas } = await setOf(await generate({ leadData, config: { count: 1 } }));
    expect(personas[0]?.name).toBe("Ana \ufffd");
    expect((await answerOf(await chat(ask(question)))).message.content).toBe("Hi \ufffd");
  });
});

const error = (code: number | string) => ({ error: { message: "SECRET", code } });
const ERRORS: [string, unknown, number, string, number][] = [
  ["429", error(429), 503, "upstream_rate_limited", 3],
  ["429 as text", error("429"), 503, "upstream_rate_limited", 3],
  [
    "RESOURCE_EXHAUSTED in a list",
    [{ error: { status: "RESOURCE_EXHAUSTED" } }],
    503,
    "upstream_rate_limited",
    3,
  ],
  ["401", error(401), 502, "upstream_auth", 1],
  ["402", error(402), 503, "upstream_quota", 1],
  ["400", error(400), 502, "upstream_rejected", 1],
  ["a content filter", error("content_filter"), 422, "model_refusal", 1],
  ["nothing known", { error: { message: "SECRET" } }, 502, "upstream_error", 3],
  [
    "a finish_reason",
    { choices: [{ index: 0, delta: {}, finish_reason: "error" }] },
    502,
    "upstream_error",
    3,
  ],
];

describe.concurrent("an error in the place of an answer that names", () => {
  it.each(ERRORS)("%s is read so in chat: %#", async (_, value, status, code, count) => {
    for (const step of [{ rawStream: [event(value)] }, { status: 200, body: value as never }]) {
      const question = newQuestion();
      await script(question, [step], true);
      const response = await chat(ask(question));
      const problem = await problemOf(response);
      expect([response.status, problem.code]).toEqual([status, code]);
      expect(JSON.stringify(problem)).not.toContain("SECRET");
      expect(await calls(question)).toHaveLength(count);
    }
  });

  it.each(ERRORS)("%s is read so for personas: %#", async (_, value, status, code, count) => {
    const leadData = newLead();
    await script(leadData.name, [{ rawStream: [event(value)] }], true);
    const response = await generate({ leadData });
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
    expect(await calls(leadData.name)).toHaveLength(count);
  });

  it("a finish_reason after text ends the stream with an error, and is replayed to nobody", async () => {
    const question = newQuestion();
    await script(question, [{ rawStream: [chunk({ content: "Hello" }), chunk({ content: "" }, "error")] }]);
    const events = await eventsOf(await chatStream(ask(question)));
    expect(textOf(events)).toBe("Hello");
    expect(events.at(-1)).toMatchObject({ error: { code: "upstream_error", retryable: true } });
    expect(await calls(question)).toHaveLength(1);
    expect((await answerOf(await chat(ask(question)))).message.content).not.toBe("Hello");
  });

  it.each([
    ["402", { status: 402, body: error("payment_required") }, "upstream_quota"],
    ["400 of a content filter", { status: 400, body: error("content_filter") }, "model_refusal"],
    [
      "404 of a model that is not there",
      { status: 404, body: { error: "model 'x' not found, try pulling it first" } },
      "upstream_model_unavailable",
    ],
  ])("%s as its status is not asked again", async (_, step, code) => {
    const question = newQuestion();
    await script(question, [step], true);
    expect((await problemOf(await chat(ask(question)))).code).toBe(code);
    expect(await calls(question)).toHaveLength(1);
  });

  it("nothing but comments meets the idle time-out", async () => {
    const question = newQuestion();
    // 5 s of them, between the longest silence and the longest call: then the answer would be incomplete
    const comments = Array.from({ length: 50 }, () => ": still here\n\n");
    await script(question, [{ rawStream: comments, chunkDelayMs: 100 }], true);
    expect((await problemOf(await chat(ask(question)))).code).toBe("upstream_timeout");
    expect(await calls(question)).toHaveLength(1);
  });
});
