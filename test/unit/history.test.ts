import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitHistory } from "../../src/chat/prompt.ts";

const user = (content: string) => ({ role: "user" as const, content });
const answer = (content: string) => ({ role: "assistant" as const, content });
const TALK = [user("1234"), answer("1234"), user("1234"), answer("1234"), user("1234")];

describe("what of a conversation goes to the model", () => {
  it.each([
    ["all that fits", TALK, 20, TALK, 0],
    ["whole messages, from a user's on", TALK, 19, TALK.slice(2), 2],
    ["the same where an answer would fit", TALK, 16, TALK.slice(2), 2],
    ["the last alone where nothing else fits", TALK, 4, TALK.slice(4), 4],
    ["the last where it is too long itself", TALK, 3, TALK.slice(4), 4],
    ["the last where nothing may go", TALK, 0, TALK.slice(4), 4],
    ["nothing older than what does not fit", [user("1"), user("123456"), user("1")], 4, [user("1")], 2],
    ["no empty answer", [user("a"), answer(""), user("b")], 9, [user("a"), user("b")], 0],
    ["two turns of one role", [user("a"), user("b"), answer("c"), answer("d"), user("e")], 9, undefined, 0],
    ["characters, not places in a string", [user("🧑🧑"), user("🧑")], 3, undefined, 0],
    ["no answer before the first question", [answer("Hello!"), user("a")], 9, [user("a")], 1],
    [
      "no control characters but those of lines",
      [user("a"), answer("b\0\tc\r\n\u0007\u009b"), user("d")],
      9,
      [user("a"), answer("b\tc\r\n"), user("d")],
      0,
    ],
  ])("is %s", (_, messages, most, expected, dropped) => {
    expect(fitHistory(messages, most)).toEqual({ messages: expected ?? messages, dropped });
  });

  it("is an end of the conversation within the limit, whatever was said", () => {
    const message = fc.record({
      role: fc.constantFrom("user", "assistant"),
      content: fc.string({ minLength: 1, unit: "grapheme-ascii" }),
    });
    const talk = fc.array(message as fc.Arbitrary<ReturnType<typeof user> | ReturnType<typeof answer>>, {
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        talk,
        fc.string({ minLength: 1, unit: "grapheme-ascii" }),
        fc.nat(200),
        (before, last, most) => {
          const all = [...before, user(last)];
          const { messages, dropped } = fitHistory(all, most);
          expect(messages).toEqual(all.slice(dropped));
          expect(messages[0]?.role).toBe("user");
          const length = messages
            .slice(0, -1)
            .reduce((sum, { content }) => sum + content.length, last.length);
          if (messages.length > 1) expect(length).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
