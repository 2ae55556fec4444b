import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, eventsOf } from "../support/api.ts";
import {
  answerOf,
  ask,
  chat,
  chatStream,
  newQuestion,
  resume,
  stop,
  stopKey,
  streamIdOf,
  textOf,
} from "../support/chat.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const LONG = { content: "abcdefgh".repeat(100), chunkChars: 1, chunkDelayMs: 30 };
const SILENT = { content: "abc", chunkChars: 1, silentAfterChunks: 1 };

const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });
const status = async (response: Promise<Response>) => (await response).status;

async function hasText(streamId: string): Promise<void> {
  const reader = (await resume(streamId, 0)).body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes('"content"')) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) throw new Error(`the answer was over: ${seen}`);
    seen += value;
  }
  await reader?.cancel();
}

describe("stopping a stream by its id", () => {
  it("aborts the upstream, ends every reader with the text so far, and is 204 again and afterwards", async () => {
    const question = newQuestion();
    await script(question, [LONG]);
    const [stream, json] = [await chatStream(ask(question)), chat(ask(question))];
    const resumed = await resume(streamIdOf(stream), 1);
    await hasText(streamIdOf(stream));
    expect(await status(stop(streamIdOf(stream)))).toBe(204);
    const events = await eventsOf(stream);
    expect(events.at(-1)).toEqual({
      id: events.length,
      done: true,
      finishReason: "stopped",
      model: "gpt-6-luna",
      usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
    });
    expect(await eventsOf(resumed)).toEqual(events.slice(1));
    const answer = await answerOf(await json);
    expect(answer).toMatchObject({ message: { content: textOf(events) }, finishReason: "stopped" });
    expect(answer.message.content.length).toBeGreaterThan(0);
    await callsReach(question, 1, "aborted");
    expect(await status(stop(streamIdOf(stream)))).toBe(204);
    expect(await eventsOf(await resume(streamIdOf(stream), 0))).toEqual(events);
  });

  it("works where the upstream is silent", async () => {
    const question = newQuestion();
    await script(question, [SILENT]);
    const stream = await chatStream(ask(question));
    await stop(streamIdOf(stream));
    expect((await eventsOf(stream)).at(-1)).toMatchObject({ finishReason: "stopped" });
    await callsReach(question, 1, "aborted");
  });

  it("is 204 where it had ended by itself, and changes nothing", async () => {
    const question = newQuestion();
    const first = await answerOf(await chat(ask(question)));
    expect(await status(stop(first.streamId))).toBe(204);
    expect((await answerOf(await chat(ask(question)))).finishReason).toBe("stop");
  });

  it("leaves a row in the log that says what it may have cost", async () => {
    const question = newQuestion();
    await script(question, [LONG]);
    const stream = await chatStream(ask(question));
    await stop(streamIdOf(stream));
    await stream.body?.cancel();
    const [, run] = streamIdOf(stream).split(".");
    const row = () => env.DB.prepare("SELECT * FROM request_log WHERE id = ?").bind(run).first();
    await expect.poll(row).toMatchObject({ status: 200, code: null, calls: 1 });
    expect((await row())?.cost_usd).toBeGreaterThan(0);
  });
});

describe("stopping a send by its Idempotency-Key", () => {
  it("stops it before any text: an empty answer, which its key alone gets again", async () => {
    const question = newQuestion();
    const headers = newKey();
    await script(question, [{ headersAfterMs: 60_000 }]);
    const asked = chat(ask(question), headers);
    await callsReach(question, 1);
    expect(await status(stopKey(headers["Idempotency-Key"]))).toBe(204);
    const answer = await answerOf(await asked);
    expect(answer).toMatchObject({ message: { content: "" }, finishReason: "stopped" });
    await callsReach(question, 1, "aborted");
    const again = await chat(ask(question), headers);
    expect(await answerOf(again)).toEqual({ ...answer, fromIdempotentCache: true });
    expect(await calls(question)).toHaveLength(1);
  });

  it("stops the send that it overtook, which costs nothing", async () => {
    const question = newQuestion();
    const headers = newKey();
    expect(await status(stopKey(headers["Idempotency-Key"]))).toBe(204);
    const events = await eventsOf(await chatStream(ask(question), headers));
    expect(events).toEqual([expect.objectContaining({ id: 1, done: true, finishReason: "stopped" })]);
    expect(await answerOf(await chat(ask(question), headers))).toMatchObject({ finishReason: "stopped" });
    expect(await calls(question)).toEqual([]);
  });

  it("has no effect on a send after a minute", async () => {
    const question = newQuestion();
    const headers = newKey();
    const late = async () => {
      const { streamId } = await answerOf(await chat(ask(question), headers));
      return env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
    };
    const object = await late(); // its answer is forgotten below, and so is the minute
    await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec("DELETE FROM runs");
    });
    await stopKey(headers["Idempotency-Key"]);
    await runInDurableObject(object, (_, { storage }) => {
      expect(storage.kv.get("stopped-until")).toBeGreaterThan(Date.now() + 50_000);
      storage.kv.put("stopped-until", Date.now() - 1);
    });
    expect((await answerOf(await chat(ask(question), headers))).finishReason).toBe("stop");
  });

  it("is 204 for a key that nobody used, and for one whose answer is there, which stays", async () => {
    expect(await status(stopKey(crypto.randomUUID()))).toBe(204);
    const question = newQuestion();
    const headers = newKey();
    const first = await answerOf(await chat(ask(question), headers));
    expect(await status(stopKey(headers["Idempotency-Key"]))).toBe(204);
    const again = await answerOf(await chat(ask(question), headers));
    expect(again).toEqual({ ...first, fromIdempotentCache: true });
  });

  it("does not reach another key's send of the same words", async () => {
    const question = newQuestion();
    const [mine, yours] = [newKey(), newKey()];
    await script(question, [{ content: "Hello", chunkChars: 1, chunkDelayMs: 30 }], true);
    const [one, two] = await Promise.all([chatStream(ask(question), mine), chatStream(ask(question), yours)]);
    await stopKey(mine["Idempotency-Key"]);
    expect((await eventsOf(one)).at(-1)).toMatchObject({ finishReason: "stopped" });
    expect((await eventsOf(two)).at(-1)).toMatchObject({ finishReason: "stop" });
  });
});

describe("a lost connection", () => {
  it("stops nothing: the answer is there for who comes back", async () => {
    const question = newQuestion();
    await script(question, [{ content: "Hello there", chunkChars: 1, chunkDelayMs: 20 }]);
    const controller = new AbortController();
    const init = {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      signal: controller.signal,
    };
    const json = call("/api/chat", { ...init, body: JSON.stringify(ask(question)) });
    const stream = await chatStream(ask(question));
    controller.abort();
    await stream.body?.cancel();
    await json.then((response) => response.body?.cancel()).catch(() => {});
    await callsReach(question, 1, "finished");
    const events = await eventsOf(await resume(streamIdOf(stream), 0));
    expect(textOf(events)).toBe("Hello there");
    expect(events.at(-1)).toMatchObject({ finishReason: "stop" });
  });
});
