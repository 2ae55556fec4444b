import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, eventsOf, problemOf, type StreamEvent } from "../support/api.ts";
import {
  answerOf,
  ask,
  chat,
  chatStream,
  newQuestion,
  resume,
  streamedText,
  streamIdOf,
  textOf,
} from "../support/chat.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const WORDS = "Grüße! 🧑‍⚕️ data: a\r\nb\n\n";
const SLOW = { content: WORDS.repeat(8), chunkChars: 5, chunkDelayMs: 15 };

function objectOf(streamId: string) {
  return env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
}

describe("a chat stream is resumed", () => {
  it("after any event, with the same payloads and an id line each, and 204 at its end", async () => {
    const question = newQuestion();
    await script(question, [SLOW]);
    const first = await chatStream(ask(question));
    const events = await eventsOf(first);
    for (let after = 0; after < events.length; after += 1) {
      const resumed = await resume(streamIdOf(first), after);
      expect(streamIdOf(resumed)).toBe(streamIdOf(first));
      const text = await resumed.clone().text();
      expect(text.startsWith(`id: ${after + 1}\ndata: {"id":${after + 1},`)).toBe(true);
      expect(await eventsOf(resumed)).toEqual(events.slice(after));
    }
    const path = `/api/chat/streams/${streamIdOf(first)}`;
    expect(await eventsOf(await call(`${path}?after=2`))).toEqual(events.slice(2));
    const both = await call(`${path}?after=x`, { headers: { "Last-Event-ID": "3" } });
    expect(await eventsOf(both)).toEqual(events.slice(3));
    for (const after of [events.length, events.length + 99])
      expect((await resume(streamIdOf(first), after)).status).toBe(204);
  });

  it("while it runs, by any number of readers", async () => {
    const question = newQuestion();
    await script(question, [SLOW]);
    const first = await chatStream(ask(question));
    const readers = await Promise.all([0, 1, 2, 1, 0].map((after) => resume(streamIdOf(first), after)));
    const events = await eventsOf(first);
    for (const [index, after] of [0, 1, 2, 1, 0].entries())
      expect(await eventsOf(readers[index] as Response)).toEqual(events.slice(after));
  });

  it("from the id that a JSON answer names", async () => {
    const { streamId, message } = await answerOf(await chat(ask(newQuestion())));
    expect(await streamedText(await resume(streamId, 0))).toBe(message.content);
  });

  it("never under a wrong name, which leaves no trace", async () => {
    const { streamId } = await answerOf(await chat(ask(newQuestion())));
    const [name] = streamId.split(".");
    for (const wrong of [`${name}.${"0".repeat(32)}`, `${"0".repeat(64)}.${"0".repeat(32)}`]) {
      const response = await resume(wrong, 0);
      expect([response.status, (await problemOf(response)).code]).toEqual([404, "not_found"]);
    }
    const tables = await runInDurableObject(objectOf("0".repeat(64)), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("for an hour after its end, and then nothing of it is left", async () => {
    const { streamId } = await answerOf(await chat(ask(newQuestion())));
    const older = (seconds: number) =>
      runInDurableObject(objectOf(streamId), (_, { storage }) => {
        storage.sql.exec(
          "UPDATE runs SET endedAt = endedAt - ?1, expiresAt = expiresAt - ?1",
          seconds * 1000,
        );
      });
    await older(3_590);
    expect((await resume(streamId, 99)).status).toBe(204);
    await older(20);
    expect((await resume(streamId, 99)).status).toBe(404);
    expect(await runDurableObjectAlarm(objectOf(streamId))).toBe(true);
    const left = await runInDurableObject(objectOf(streamId), async (_, { storage }) => [
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('runs', 'events')").toArray(),
      await storage.getAlarm(),
    ]);
    expect(left).toEqual([[], null]);
  });
});

/** Reads at most so many bytes of a stream, then drops it as a lost connection does. */
async function readSome(response: Response, bytes: number): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let left = bytes; reader && left > 0; ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.byteLength;
  }
  await reader?.cancel();
  return text;
}

/** The whole events in what was read: half of one is read again. */
function wholeEvents(text: string): StreamEvent[] {
  const blocks = text.split("\n\n").slice(0, -1);
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith("data: "));
  return lines.map((line) => JSON.parse(line.slice("data: ".length)) as StreamEvent);
}

async function readCut(question: string, cuts: readonly number[]): Promise<StreamEvent[]> {
  const first = await chatStream(ask(question));
  const events = wholeEvents(await readSome(first, cuts[0] ?? 0));
  for (let index = 1; !events.at(-1)?.done; index += 1) {
    const resumed = await resume(streamIdOf(first), events.at(-1)?.id ?? 0);
    const bytes = index < cuts.length ? (cuts[index] ?? 0) : Number.POSITIVE_INFINITY;
    events.push(...wholeEvents(await readSome(resumed, bytes)));
  }
  return events;
}

describe("a connection that is cut at any byte, again and again", () => {
  it("loses nothing, doubles nothing, and costs one call", { timeout: 120_000 }, async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 });
    const pace = fc.record({ chunkChars: fc.integer({ min: 1, max: 9 }), chunkDelayMs: fc.nat({ max: 2 }) });
    const content = fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(cuts, pace, content, async (at, step, text) => {
        const question = newQuestion();
        await script(question, [{ content: `${text}${WORDS}`, ...step }]);
        const events = await readCut(question, at);
        expect(textOf(events)).toBe(`${text}${WORDS}`);
        expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
        expect(await calls(question)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a reader that never reads", () => {
  it("holds back nobody, and nothing is kept for it beyond the answer", async () => {
    const question = newQuestion();
    const content = "0123456789abcdef".repeat(16 * 1024); // 256 KiB
    await script(question, [{ content, chunkChars: 64 }]);
    const unread = await chatStream(ask(question));
    const other = await chatStream(ask(question));
    const resumed = await resume(streamIdOf(unread), 1);
    expect(await streamedText(other)).toBe(content);
    expect((await answerOf(await chat(ask(question)))).message.content).toBe(content);
    await callsReach(question, 1, "finished");
    // The one that waited gets every byte, as late as it likes.
    expect(await streamedText(unread)).toBe(content);
    await resumed.body?.cancel();
  });
});
