import { beforeEach, describe, expect, inject, it } from "vitest";
import { PROFILES, type ProfileName } from "../../dev/stand-in/profiles/profiles.ts";
import { openParameterMemory } from "../../src/openai/parameters.ts";
import { eventsOf, generate, newLead, setOf } from "../support/api.ts";
import { answerOf, ask, chat, chatStream, newQuestion, textOf } from "../support/chat.ts";
import { announce, consumeAll, imageCalls, ledger, newMarker } from "../support/portraits.ts";
import { calls, script } from "../support/upstream.ts";

const NAMES = Object.keys(PROFILES) as ProfileName[];
const WITH_IMAGES: ProfileName[] = ["openai", "azure", "gateway", "ollama"];
/** What is refused of a chat, and how many calls that takes. */
const CHAT_CALLS: Partial<Record<ProfileName, number>> = { mistral: 2, groq: 4 };
const DROPPED = ["store", "safety_identifier"];

beforeEach(() => {
  const memory = openParameterMemory(inject("upstream"));
  for (const model of ["gpt-6-luna", "gpt-6.1-terra", "gpt-image-2.6-flare"])
    (memory.of(model) as Set<string>).clear(); // as in another isolate
});

describe.each(NAMES)("a server that behaves like %s", (profile) => {
  it("answers a chat, whole and as it is written, without its reasoning", async () => {
    const questions = [newQuestion(), newQuestion()] as const;
    for (const question of questions) await script(question, [{ profile }], true);
    const answer = await answerOf(await chat(ask(questions[0])));
    expect(answer).toMatchObject({ finishReason: "stop", model: "gpt-6-luna" });
    expect(answer.usage.outputTokens).toBeGreaterThan(10);
    const events = await eventsOf(await chatStream(ask(questions[1])));
    expect(events.at(-1)).toMatchObject({ done: true, usage: { outputTokens: expect.any(Number) } });
    for (const text of [answer.message.content, textOf(events)]) {
      expect(text).toMatch(/deductible/i);
      expect(text).not.toMatch(/thinking|object Object/);
    }
    const first = (await calls(questions[0])).map(({ body }) => body);
    expect(first).toHaveLength(CHAT_CALLS[profile] ?? 1);
    for (const name of DROPPED) expect(name in (first.at(-1) ?? {})).toBe(first.length === 1);
    expect(await calls(questions[1])).toHaveLength(1);
  });

  it("makes personas", async () => {
    const leadData = newLead();
    await script(leadData.name, [{ profile }], true);
    const { personas, model } = await setOf(await generate({ leadData }));
    expect(personas).toHaveLength(3);
    expect(model).toBe("gpt-6.1-terra");
    const last = (await calls(leadData.name)).at(-1)?.body;
    expect(last?.response_format).toMatchObject({
      type: profile === "groq" ? "json_object" : "json_schema",
    });
    expect(last).toHaveProperty(profile === "mistral" ? "max_tokens" : "max_completion_tokens");
  });

  const paints = WITH_IMAGES.includes(profile);
  it(paints ? "makes a portrait" : "makes no portrait, and is not billed for one", async () => {
    const marker = newMarker();
    await script(marker, [{ profile }], true);
    const [key = ""] = await announce([marker]);
    await consumeAll([key]);
    const row = paints ? { status: "ready" } : { status: "pending", costUsd: 0 };
    expect(await ledger([key])).toMatchObject([{ attempts: 1, ...row }]);
    expect(await imageCalls(marker)).toHaveLength(1);
  });
});

describe("a conversation's second turn", () => {
  it("finds its beginning in the prompt cache, and its first does not", async () => {
    const question = `${newQuestion()} ${"My plan is hard to read. ".repeat(300)}`;
    const first = await answerOf(await chat(ask(question)));
    const messages = [...ask(question).messages, first.message, { role: "user", content: "And then?" }];
    const second = await answerOf(await chat({ messages }));
    expect(first.usage).toMatchObject({ cachedInputTokens: 0 });
    const { inputTokens, cachedInputTokens } = second.usage;
    expect(cachedInputTokens).toBeGreaterThanOrEqual(1_024);
    expect(cachedInputTokens / inputTokens).toBeGreaterThan(0.8);
  });

  it("has nothing to find where both turns are short: nothing under 1,024 tokens is cached", async () => {
    const question = newQuestion();
    const usages = [await chat(ask(question)), await chat(ask(newQuestion()))].map(answerOf);
    for (const { usage } of await Promise.all(usages)) {
      expect(usage).toMatchObject({ cachedInputTokens: 0 });
      expect(usage.inputTokens).toBeLessThan(1_024);
    }
  });
});
