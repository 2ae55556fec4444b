// @vitest-environment jsdom
import { useChat } from "@ai-sdk/react";
import { act, cleanup } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { AskNewtonChatTransport } from "../../../client/src/ai-sdk/index.ts";
import type { ChatMessage } from "../../../client/src/index.ts";
import { useStreamedChat } from "../../../client/src/react/index.ts";
import { hostileService, QUICK } from "../support/read.ts";
import { answerOf } from "../support/runs.ts";
import { renderStrict } from "./strict.ts";

const TURNS = 300;
const MIB = 1024 * 1024;
const answers = Array.from({ length: TURNS }, (_, turn) =>
  `${turn} `.repeat(turn % 5 ? 20 : 25_000).slice(0, 100_000),
);
const TIMEOUT_MS = 60_000;

afterEach(cleanup);

async function service() {
  const made = await hostileService();
  made.scripts = answers.map((answer) => answerOf([answer]));
  return made;
}

/** Every request was within the service's bounds, with the newest question as its last message. */
function expectWithinBounds({ requests }: Awaited<ReturnType<typeof service>>): void {
  const bodies = requests.map(({ body }) => body as { messages: ChatMessage[] });
  expect(bodies).toHaveLength(TURNS);
  for (const [turn, body] of bodies.entries()) {
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(MIB);
    expect(body.messages.at(-1)).toEqual({ role: "user", content: `Question ${turn}` });
  }
}

describe("a conversation of 300 turns, with answers of up to 100,000 characters", () => {
  it("never fails through useStreamedChat", { timeout: TIMEOUT_MS }, async () => {
    const running = await service();
    const { hook } = renderStrict(useStreamedChat, { ...QUICK, baseUrl: running.origin });
    const messages: ChatMessage[] = [];
    for (const [turn, expected] of answers.entries()) {
      messages.push({ role: "user", content: `Question ${turn}` });
      await act(async () => expect(await hook().sendMessages(messages)).toBe(expected));
      messages.push({ role: "assistant", content: expected });
    }
    expectWithinBounds(running);
  });

  it("never fails through useChat", { timeout: TIMEOUT_MS }, async () => {
    const running = await service();
    const transport = new AskNewtonChatTransport({ ...QUICK, baseUrl: running.origin });
    const { hook } = renderStrict(() => useChat({ transport }), undefined);
    for (const turn of answers.keys()) {
      await act(() => hook().sendMessage({ text: `Question ${turn}` }));
      expect(hook()).toMatchObject({ status: "ready", error: undefined });
    }
    expect(hook().messages).toHaveLength(2 * TURNS);
    expectWithinBounds(running);
  });
});
