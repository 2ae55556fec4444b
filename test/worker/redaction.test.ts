import { describe, expect, it } from "vitest";
import { generate, newLead, setOf } from "../support/api.ts";
import { answerOf, chat, newQuestion } from "../support/chat.ts";
import { calls } from "../support/upstream.ts";

const CARDS = ["123-45-6789", "1EG4-TE5-MK73", "4111 1111 1111 1111"];

describe("numbers that identify a person or an account", () => {
  it("do not reach the model from a chat, whoever said them", async () => {
    const question = newQuestion();
    const talk = (secret: string) => ({
      messages: [
        { role: "user", content: `I am ${secret}` },
        { role: "assistant", content: `You are ${secret}` },
        { role: "user", content: `${question} ${secret}` },
      ],
    });
    const answers = [];
    for (const secret of CARDS) answers.push(await answerOf(await chat(talk(secret))));
    const [call, ...more] = await calls(question);
    expect(more).toEqual([]); // redacted before the fingerprint: one request
    expect(new Set(answers.map(({ streamId }) => streamId)).size).toBe(1);
    const sent = call?.body.messages as { content: string }[] | undefined;
    expect(sent?.slice(1).map(({ content }) => content)).toEqual([
      "I am [removed]",
      "You are [removed]",
      `${question} [removed]`,
    ]);
  });

  it("do not reach the model from a lead, and are no part of its key", async () => {
    const lead = newLead();
    const sets = [];
    for (const secret of CARDS) {
      const leadData = { ...lead, notes: [{ text: `mine is ${secret}.` }], [secret]: true };
      sets.push(await setOf(await generate({ leadData })));
    }
    expect(new Set(sets.map(({ setId }) => setId)).size).toBe(1);
    const [call, ...more] = await calls(lead.name);
    expect(more).toEqual([]);
    const text = JSON.stringify(call?.body);
    for (const secret of CARDS) expect(text).not.toContain(secret);
    expect(text).toContain("mine is [removed].");
  });
});
