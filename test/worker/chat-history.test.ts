import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/api.ts";
import { answerOf, ask, chat, chatStream, newQuestion } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

interface Message {
  readonly role: string;
  readonly content: string;
}

async function sentUpstream(question: string): Promise<Message[]> {
  const all = await calls(question);
  const messages = all.at(-1)?.body.messages as Message[] | undefined;
  return messages?.slice(1) ?? []; // without the system's
}

describe("a conversation that is longer than the model is given", () => {
  it("goes on with its newest messages, and says how many stayed behind, in both forms", async () => {
    const question = newQuestion();
    const messages = [
      { role: "user", content: "first" },
      { role: "assistant", content: "x".repeat(25_000) },
      { role: "user", content: "second" },
      { role: "assistant", content: "y".repeat(25_000) },
      { role: "user", content: question },
    ];
    const answer = await answerOf(await chat({ messages }));
    expect(answer).toMatchObject({ droppedMessages: 2 });
    expect(await sentUpstream(question)).toEqual(messages.slice(2));
    const events = await eventsOf(await chatStream({ messages }));
    expect(events.at(-1)).toMatchObject({ done: true, droppedMessages: 2 });
  });

  it("says nothing of it where all went", async () => {
    const question = newQuestion();
    expect(await answerOf(await chat(ask(question)))).not.toHaveProperty("droppedMessages");
    expect((await eventsOf(await chatStream(ask(question)))).at(-1)).not.toHaveProperty("droppedMessages");
  });

  it("is another request where only what stayed behind differs", async () => {
    const question = newQuestion();
    const long = { role: "assistant", content: "x".repeat(48_000) };
    const talk = (first: string) => ({
      messages: [{ role: "user", content: first }, long, { role: "user", content: question }],
    });
    await answerOf(await chat(talk("one")));
    await answerOf(await chat(talk("two")));
    expect(await calls(question)).toHaveLength(2);
  });

  it("never fails in 300 turns of answers of up to 100,000 characters, and the last message is always there", async () => {
    const messages: Message[] = [];
    for (let turn = 0; turn < 300; turn += 1) {
      const question = newQuestion();
      const content = turn % 60 === 0 ? "x".repeat(100_000) : `🧑‍⚕️ ${"y".repeat(turn)}`;
      await script(question, [{ content, chunkChars: 50_000 }]);
      messages.push({ role: "user", content: question });
      const { message } = await answerOf(await chat({ messages }));
      expect(message.content).toBe(content);
      messages.push(message);
      const upstream = await sentUpstream(question);
      expect([upstream[0]?.role, upstream.at(-1)?.content]).toEqual(["user", question]);
      expect(upstream.reduce((sum, each) => sum + [...each.content].length, 0)).toBeLessThanOrEqual(48_000);
    }
  }, 300_000);
});
