import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/api.ts";
import {
  answerOf,
  ask,
  chat,
  chatStream,
  deadStream,
  HALF,
  newQuestion,
  objectOf,
  resume,
  stop,
  stopKey,
  textOf,
} from "../support/chat.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const WHOLE = { content: "The whole answer", chunkChars: 3 };
const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });

function textAfterReset(events: Awaited<ReturnType<typeof eventsOf>>): string {
  return textOf(events.slice(events.findLastIndex(({ reset }) => reset) + 1));
}

describe("an answer whose server died", () => {
  it("begins again for a reader who comes back: a reset above every id that was sent, then all of it", async () => {
    const question = newQuestion();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question);
    const all = await eventsOf(await resume(id, 0));
    const reset = all.find((event) => event.reset);
    expect(reset).toEqual({ id: expect.any(Number), reset: true });
    expect(reset?.id).toBeGreaterThan(6);
    expect("abcdef").toContain(
      textOf(
        all.slice(
          0,
          all.findIndex((event) => event.reset),
        ),
      ),
    );
    expect(textAfterReset(all)).toBe(WHOLE.content);
    expect(all.at(-1)).toMatchObject({ done: true, finishReason: "stop" });
    const ahead = await eventsOf(await resume(id, 6));
    expect(ahead).toEqual(all.slice(all.findIndex((event) => event.reset)));
    expect(ahead.map((event) => event.id)).toEqual(ahead.map((_, index) => (reset?.id ?? 0) + index));
    expect((await resume(id, all.at(-1)?.id ?? 0)).status).toBe(204);
    expect(await calls(question)).toHaveLength(2);
    expect((await answerOf(await chat(ask(question)))).message.content).toBe(WHOLE.content);
  });

  it.each([
    ["its key", newKey()],
    ["within the window", {}],
  ])("begins again for the same request, %s", async (_, headers) => {
    const question = newQuestion();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question, headers);
    const answer = await answerOf(await chat(ask(question), headers));
    expect(answer).toMatchObject({ message: { content: WHOLE.content }, finishReason: "stop", streamId: id });
    expect(textAfterReset(await eventsOf(await chatStream(ask(question), headers)))).toBe(WHOLE.content);
    expect(await calls(question)).toHaveLength(2);
  });

  it("is got whole by the JSON caller who was waiting for it", async () => {
    const question = newQuestion();
    const headers = newKey();
    await script(question, [HALF, WHOLE]);
    const waiting = chat(ask(question), headers);
    await callsReach(question, 1);
    await deadStream(question, headers);
    expect((await answerOf(await waiting)).message.content).toBe(WHOLE.content);
    expect(await calls(question)).toHaveLength(2);
  });

  it("says in the log that it was paid for twice", async () => {
    const question = newQuestion();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question);
    await (await resume(id, 0)).text();
    const query = env.DB.prepare("SELECT calls, status, cost_usd FROM request_log WHERE id = ?");
    await expect.poll(() => query.bind(id.split(".")[1]).first()).toMatchObject({ calls: 2, status: 200 });
  });

  it("is not made where nobody asks, and nothing of it is left", async () => {
    const question = newQuestion();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question);
    await runDurableObjectAlarm(objectOf(id));
    const input = () =>
      runInDurableObject(objectOf(id), (_, { storage }) =>
        storage.sql.exec<{ input: string | null }>("SELECT input FROM runs").toArray(),
      );
    expect((await input())[0]?.input).toContain(question);
    await runInDurableObject(
      objectOf(id),
      (_, { storage }) => void storage.sql.exec("UPDATE runs SET startedAt = 1"),
    );
    await abortAllDurableObjects();
    await runDurableObjectAlarm(objectOf(id));
    expect(await input()).toEqual([{ input: null }]);
    expect((await eventsOf(await resume(id, 0))).at(-1)).toMatchObject({ error: { code: "interrupted" } });
    expect(await calls(question)).toHaveLength(1);
  });

  it("keeps what it was asked no longer than it runs", async () => {
    const question = newQuestion();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question);
    await (await resume(id, 0)).text();
    const rows = await runInDurableObject(objectOf(id), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM runs").toArray(),
    );
    expect(JSON.stringify(rows)).not.toContain(question);
  });

  it("ends as interrupted where that server dies too", async () => {
    const question = newQuestion();
    await script(question, [HALF, { ...WHOLE, silentAfterChunks: 2 }]);
    const id = await deadStream(question);
    const second = await resume(id, 6);
    await callsReach(question, 2);
    await abortAllDurableObjects();
    await second.body?.cancel().catch(() => {});
    const last = (await eventsOf(await resume(id, 0))).at(-1);
    expect(last).toMatchObject({ error: { code: "interrupted", retryable: true } });
    expect(last?.id).toBeGreaterThan(2 * 4096);
    expect(await calls(question)).toHaveLength(2);
  });

  it("leaves its key free for another request", async () => {
    const [question, other] = [newQuestion(), newQuestion()];
    const headers = newKey();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question, headers);
    await answerOf(await chat(ask(other), headers));
    expect((await eventsOf(await resume(id, 0))).at(-1)).toMatchObject({ error: { code: "interrupted" } });
    expect(await calls(question)).toHaveLength(1);
  });

  it.each(["its id", "its key"])("is stopped by %s without another call", async (by) => {
    const question = newQuestion();
    const headers = newKey();
    await script(question, [HALF, WHOLE]);
    const id = await deadStream(question, headers);
    const stopped = await (by === "its id" ? stop(id) : stopKey(headers["Idempotency-Key"]));
    expect(stopped.status).toBe(204);
    expect((await eventsOf(await resume(id, 0))).at(-1)).toMatchObject({ finishReason: "stopped" });
    const answer = await answerOf(await chat(ask(question), headers));
    expect(answer).toMatchObject({ message: { content: "" }, finishReason: "stopped" });
    expect(await calls(question)).toHaveLength(1);
  });
});
