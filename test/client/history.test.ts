import { describe, expect, it } from "vitest";
import { type ChatMessage, streamChat } from "../../client/src/index.ts";
import { MAX_MESSAGES, MAX_SENT_BACK_CHARS } from "../../src/chat/schema.ts";
import { CHAT_BODY_LIMIT } from "../../src/http/body.ts";
import { hostileService, watched } from "./support/read.ts";
import { answerOf } from "./support/runs.ts";

function talk(turns: number, answer: string): ChatMessage[] {
  const pairs = Array.from({ length: turns }, (_, turn): ChatMessage[] => [
    { role: "user", content: `Question ${turn}` },
    { role: "assistant", content: answer },
  ]);
  return [...pairs.flat(), { role: "user", content: "The last" }];
}

/** What was sent of a conversation, and what the answer says of the rest. */
async function send(messages: readonly ChatMessage[], droppedMessages?: number) {
  const service = await hostileService();
  const [text, done] = answerOf(["Yes."]);
  service.scripts = [[{ ...text }, { ...done, droppedMessages }]];
  const { options, events, shown } = watched(service);
  expect(await shown(streamChat(messages, options))).toBe("Yes.");
  const body = service.requests[0]?.body as { messages: ChatMessage[] };
  const ending = events.findLast(({ type }) => type === "done") as { droppedMessages?: number };
  return { sent: body.messages, bytes: JSON.stringify(body), dropped: ending.droppedMessages };
}

describe("a conversation", () => {
  it("that fits into a request is sent whole", async () => {
    const all = talk(40, "An answer");
    const { sent, dropped } = await send(all);
    expect(sent).toEqual(all);
    expect(dropped).toBeUndefined();
  });

  it.each(["a", "é", "😀", "\n"])(
    "of 300 long answers of %j is sent by its newest messages, within what a body may have",
    async (letter) => {
      const all = talk(300, letter.repeat(100_000 / letter.length));
      const { sent, bytes, dropped } = await send(all, 3);
      expect(sent).toEqual(all.slice(-sent.length));
      expect(sent.length).toBeGreaterThan(1);
      expect(Buffer.byteLength(bytes)).toBeLessThan(CHAT_BODY_LIMIT);
      expect(dropped).toBe(all.length - sent.length + 3); // the service's own count is of what it was sent
    },
  );

  it("of more messages than the service takes is sent by its newest", async () => {
    const all = talk(MAX_MESSAGES / 2 + 100, "Short");
    const { sent, dropped } = await send(all);
    expect(sent).toEqual(all.slice(-MAX_MESSAGES));
    expect(dropped).toBe(201);
  });

  it("with an answer that is longer than the service takes back is sent all the same", async () => {
    const { sent, dropped } = await send(talk(1, "😀".repeat(MAX_SENT_BACK_CHARS)));
    const kept = "😀".repeat(MAX_SENT_BACK_CHARS / 2);
    expect(sent.map(({ content }) => content)).toEqual(["Question 0", kept, "The last"]);
    expect(dropped).toBeUndefined();
    const [, cut] = (await send(talk(1, `a${"😀".repeat(MAX_SENT_BACK_CHARS)}`))).sent;
    expect(cut?.content).toBe(`a${kept.slice(2)}\ufffd`);
  });

  it("with half a character, as a page may cut one, is sent without it", async () => {
    const half = "\ud83d";
    const all: ChatMessage[] = [...talk(1, `Fine ${half}`), { role: "user", content: `${half} 😀 and?` }];
    const { sent } = await send(all);
    expect(sent.map(({ content }) => content)).toEqual([
      "Question 0",
      "Fine \ufffd",
      "The last",
      "\ufffd 😀 and?",
    ]);
  });

  it("whose last message alone is too long is sent by that: the service says so", async () => {
    const all: ChatMessage[] = [...talk(1, "Short"), { role: "user", content: "a".repeat(CHAT_BODY_LIMIT) }];
    expect((await send(all)).sent).toEqual(all.slice(-1));
  });
});
