import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generate, newLead, problemOf, setOf } from "../support/api.ts";
import {
  answerOf,
  ask,
  chat,
  chatStream,
  newQuestion,
  resume,
  stop,
  streamedText,
  streamIdOf,
  textOf,
} from "../support/chat.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const SLOW = { content: "A slow answer of some words.", chunkChars: 4, chunkDelayMs: 30 };

function replayed(response: Response): string | null {
  return response.headers.get("Idempotency-Replayed");
}

/** Makes the runs of a stream's object end that much earlier than they did. */
async function age(streamId: string, seconds: number): Promise<void> {
  const object = env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
  await runInDurableObject(object, (_, { storage }) => {
    storage.sql.exec("UPDATE runs SET endedAt = endedAt - ?1, expiresAt = expiresAt - ?1", seconds * 1000);
  });
}

const anew = () => crypto.randomUUID();

describe("the same request again, while the first runs", () => {
  it("joins it from its first event, as a stream or as JSON, at the cost of one call", async () => {
    const question = newQuestion();
    await script(question, [SLOW]);
    const first = await chatStream(ask(question));
    const others = await Promise.all([chat(ask(question)), chatStream(ask(question)), chat(ask(question))]);
    for (const response of [first, ...others]) expect(replayed(response)).toBeNull();
    const [one, two, three] = others as [Response, Response, Response];
    expect(streamIdOf(two)).toBe(streamIdOf(first));
    expect(await eventsOf(two)).toEqual(await eventsOf(first));
    const answer = await answerOf(one);
    expect(answer).toMatchObject({ message: { content: SLOW.content }, streamId: streamIdOf(first) });
    expect(answer).not.toHaveProperty("fromIdempotentCache");
    expect(await answerOf(three)).toEqual(answer);
    expect(await calls(question)).toHaveLength(1);
  });

  it("is one call for a hundred at once", async () => {
    const question = newQuestion();
    await script(question, [SLOW]);
    const forms = Array.from({ length: 100 }, (_, index) => (index % 2 ? chat : chatStream));
    const answers = await Promise.all(forms.map((form) => form(ask(question))));
    const texts = await Promise.all(
      answers.map(async (response, index) =>
        index % 2 ? (await answerOf(response)).message.content : await streamedText(response),
      ),
    );
    expect(new Set(texts)).toEqual(new Set([SLOW.content]));
    expect(await calls(question)).toHaveLength(1);
  });

  it("shares its failure, and is no reason for the next one to fail", async () => {
    const question = newQuestion();
    await script(question, [{ headersAfterMs: 300, status: 400, body: "" }]);
    const both = await Promise.all([chat(ask(question)), chatStream(ask(question))]);
    expect(both.map(({ status }) => status)).toEqual([502, 502]);
    expect(await calls(question)).toHaveLength(1);
    await answerOf(await chat(ask(question)));
  });
});

describe("the same request again, when the first is over", () => {
  it("is answered from it within the window, in either form, and says so", async () => {
    const question = newQuestion();
    const first = await answerOf(await chat(ask(question)));
    const again = await chat(ask(question));
    expect(replayed(again)).toBe("true");
    expect(await answerOf(again)).toEqual({ ...first, fromIdempotentCache: true });
    const stream = await chatStream(ask(question));
    expect([replayed(stream), streamIdOf(stream)]).toEqual(["true", first.streamId]);
    expect(await streamedText(stream)).toBe(first.message.content);
    expect(await calls(question)).toHaveLength(1);
  });

  it("is a new one after the window", async () => {
    const question = newQuestion();
    const { streamId } = await answerOf(await chat(ask(question)));
    await age(streamId, 11);
    const again = await chat(ask(question));
    expect(replayed(again)).toBeNull();
    expect((await answerOf(again)).streamId).not.toBe(streamId);
    expect(await calls(question)).toHaveLength(2);
  });

  it("is another one from another address, with no-cache, or with any difference in it", async () => {
    const question = newQuestion();
    const body = ask(question);
    await answerOf(await chat(body, { "CF-Connecting-IP": "192.0.2.1" }));
    const others = [
      await chat(body, { "CF-Connecting-IP": "192.0.2.2" }),
      await chat(body, { "CF-Connecting-IP": "192.0.2.1", "Cache-Control": "no-cache" }),
      await chat({ messages: [...body.messages, ...body.messages] }, { "CF-Connecting-IP": "192.0.2.1" }),
      await chat(body, { "CF-Connecting-IP": "192.0.2.1", "Idempotency-Key": anew() }),
    ];
    for (const response of others) expect(replayed(response)).toBeNull();
    await Promise.all(others.map(answerOf));
    expect(await calls(question)).toHaveLength(5);
    expect(replayed(await chat(body, { "CF-Connecting-IP": "192.0.2.1" }))).toBe("true");
  });

  it("is made anew where the first failed or was stopped", async () => {
    const question = newQuestion();
    await script(question, [{ ...SLOW, endAfterChunks: 2 }, SLOW, SLOW]);
    const failed = await eventsOf(await chatStream(ask(question)));
    expect(failed.at(-1)).toHaveProperty("error");
    const stopped = await chatStream(ask(question));
    await stop(streamIdOf(stopped));
    await stopped.body?.cancel();
    const whole = await chat(ask(question));
    expect(replayed(whole)).toBeNull();
    expect((await answerOf(whole)).message.content).toBe(SLOW.content);
    expect(await calls(question)).toHaveLength(3);
  });
});

describe("an Idempotency-Key", () => {
  it("gives the first answer again, from any address, quoted or not, for a day after its end", async () => {
    const question = newQuestion();
    const key = anew();
    const first = await answerOf(
      await chat(ask(question), { "Idempotency-Key": key, "CF-Connecting-IP": "192.0.2.1" }),
    );
    await age(first.streamId, 86_000);
    const again = await chat(ask(question), {
      "Idempotency-Key": `"${key}"`,
      "CF-Connecting-IP": "192.0.2.2",
    });
    expect(replayed(again)).toBe("true");
    expect(await answerOf(again)).toEqual({ ...first, fromIdempotentCache: true });
    await age(first.streamId, 1_000);
    expect(replayed(await chat(ask(question), { "Idempotency-Key": key }))).toBeNull();
    expect(await calls(question)).toHaveLength(2);
  });

  it("gives the first answer again where the persona that it was about has been replaced since", async () => {
    const lead = { leadData: newLead() };
    const { setId, personas } = await setOf(await generate(lead));
    const question = newQuestion();
    const body = { ...ask(question), persona: { setId, personaId: personas[0]?.id } };
    const headers = { "Idempotency-Key": anew() };
    const first = await answerOf(await chat(body, headers));
    await setOf(await generate(lead, { "Cache-Control": "no-cache" }));
    const again = await chat(body, headers);
    expect(await answerOf(again)).toEqual({ ...first, fromIdempotentCache: true });
    expect(await streamedText(await chatStream(body, headers))).toBe(first.message.content);
    const another = await chat(body, { "Idempotency-Key": anew() });
    expect([another.status, (await problemOf(another)).code]).toEqual([404, "persona_not_found"]);
    expect(await calls(question)).toHaveLength(1);
  });

  it("with another body is 422, while the first runs and after it", async () => {
    const [question, other] = [newQuestion(), newQuestion()];
    const headers = { "Idempotency-Key": anew() };
    await script(question, [SLOW]);
    const first = await chatStream(ask(question), headers);
    for (const form of [chat, chatStream]) {
      const response = await form(ask(other), headers);
      expect([response.status, (await problemOf(response)).code]).toEqual([422, "idempotency_key_reused"]);
    }
    expect(await streamedText(first)).toBe(SLOW.content);
    expect((await chat(ask(other), headers)).status).toBe(422);
    expect(await calls(other)).toEqual([]);
  });

  it("is the same in any spelling of the body", async () => {
    const question = newQuestion();
    const headers = { "Idempotency-Key": anew() };
    await answerOf(await chat(ask(question), headers));
    const spelt = `{ "messages" : [ {"content": ${JSON.stringify(question)},\n "role":"user"} ] }`;
    expect(replayed(await chat(spelt, headers))).toBe("true");
  });

  it("joins the first while it runs", async () => {
    const question = newQuestion();
    const headers = { "Idempotency-Key": anew() };
    await script(question, [SLOW]);
    const [one, two] = await Promise.all([chatStream(ask(question), headers), chat(ask(question), headers)]);
    expect([replayed(one), replayed(two)]).toEqual([null, null]);
    expect(await streamedText(one)).toBe((await answerOf(two)).message.content);
    expect(await calls(question)).toHaveLength(1);
  });

  it("is free again at once where the first request failed, for another body too", async () => {
    const [question, other] = [newQuestion(), newQuestion()];
    const headers = { "Idempotency-Key": anew() };
    await script(question, [{ status: 400, body: "" }]);
    expect((await chat(ask(question), headers)).status).toBe(502);
    expect(replayed(await chat(ask(other), headers))).toBeNull();
    expect((await chat(ask(question), headers)).status).toBe(422);
  });

  it("is seen by no request without one, and the other way round", async () => {
    const question = newQuestion();
    await answerOf(await chat(ask(question), { "Idempotency-Key": anew() }));
    expect(replayed(await chat(ask(question)))).toBeNull();
    await callsReach(question, 2, "finished");
    expect(replayed(await chat(ask(question), { "Idempotency-Key": anew() }))).toBeNull();
  });

  it("keeps its stream for as long", async () => {
    const question = newQuestion();
    const stream = await chatStream(ask(question), { "Idempotency-Key": anew() });
    const events = await eventsOf(stream);
    await age(streamIdOf(stream), 80_000);
    const again = await resume(streamIdOf(stream), 1);
    expect(textOf(await eventsOf(again))).toBe(textOf(events.slice(1)));
  });
});
