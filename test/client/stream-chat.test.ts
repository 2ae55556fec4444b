import { describe, expect, it } from "vitest";
import { AskNewtonError, resumeChat, streamChat } from "../../client/src/index.ts";
import { problemFault } from "./support/hostile-service.ts";
import { gate, hostileService, QUESTION, textOf, WATCHFUL, watched, withComments } from "./support/read.ts";
import { answerOf, USAGE } from "./support/runs.ts";

const PIECES = ["A deductible ", "is what you pay ", "before the plan ", "begins to. ", "☂️ Ça va?"];
const WHOLE = PIECES.join("");

async function failureOf(words: AsyncIterable<string>): Promise<AskNewtonError> {
  const error = await textOf(words).catch((reason: unknown) => reason);
  if (error instanceof AskNewtonError) return error;
  throw new Error(`expected an AskNewtonError, got ${String(error)}`);
}

describe("an answer on a good connection", () => {
  it("gives the text, and tells of its beginning and its end", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    const { options, events } = watched(service);
    expect(await textOf(streamChat(QUESTION, options))).toBe(WHOLE);
    expect(events).toEqual([
      { type: "open", streamId: "run-1", requestId: "req-1", cacheStatus: undefined, replayed: false },
      { type: "done", streamId: "run-1", finishReason: "stop", usage: USAGE },
    ]);
    expect(service.requests).toHaveLength(1);
  });

  it("sends of a page's own messages what the service takes", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Yes."])];
    const kept = QUESTION.map((message, index) => ({ ...message, id: index }));
    await textOf(streamChat(kept, watched(service).options));
    expect(service.requests[0]?.body).toEqual({ messages: QUESTION });
  });

  it("sends the messages, the persona, a key of its own and the caller's headers", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Yes."])];
    const persona = { setId: "s", personaId: "p" };
    const { options } = watched(service, { persona, headers: { Authorization: "Bearer t" } });
    await textOf(streamChat(QUESTION, options));
    await textOf(streamChat(QUESTION, options));
    const [first, second] = service.requests;
    expect(first?.body).toEqual({ messages: QUESTION, persona });
    expect(first?.headers.authorization).toBe("Bearer t");
    expect(first?.headers["idempotency-key"]).toMatch(/^\d+(-\d+){3}$/);
    expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
  });

  it("sends nothing before it is read", async () => {
    const service = await hostileService();
    streamChat(QUESTION, watched(service).options);
    expect(service.requests).toEqual([]);
  });

  it("says which model answered, and how many messages were too many for it", async () => {
    const service = await hostileService();
    const [word, done] = answerOf(["Yes."]);
    service.scripts = [[{ ...word }, { ...done, model: "gpt-6-luna", droppedMessages: 12 }]];
    const { options, events } = watched(service);
    await textOf(streamChat(QUESTION, options));
    service.faults = [{ kind: "answer", status: 200, body: "<html>" }];
    await textOf(streamChat(QUESTION, { ...options, idempotencyKey: "another" }));
    const ends = events.filter(({ type }) => type === "done");
    expect(ends).toHaveLength(2);
    for (const end of ends) expect(end).toMatchObject({ model: "gpt-6-luna", droppedMessages: 12 });
  });

  it("sends a conversation of any length as it is, since the service counts", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Yes."])];
    const mutex = Array.from({ length: 400 }, (_, index) => ({
      role: index % 2 === 0 ? ("user" as const) : ("assistant" as const),
      content: index === 1 ? "" : `${index}`.repeat(index === 3 ? 150_000 : 1),
    }));
    const messages = [...mutex, ...QUESTION];
    await textOf(streamChat(messages, watched(service).options));
    expect(service.requests[0]?.body).toEqual({ messages });
  });

  it("gives a stopped answer's text and says that it was stopped", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(["Half"], "stopped")];
    const { options, events } = watched(service);
    expect(await textOf(streamChat(QUESTION, options))).toBe("Half");
    expect(events.at(-1)).toMatchObject({ type: "done", finishReason: "stopped" });
  });
});

describe("an answer that begins again", () => {
  const AGAIN = [{ content: "Half" }, { reset: true }, ...answerOf(PIECES)];

  it("says `reset`, and then gives the text from its first word", async () => {
    const service = await hostileService();
    const before = gate();
    service.scripts = [[{ content: "Half" }, before.wait, ...AGAIN.slice(1)]];
    const { options, types, shown } = watched(service);
    const words = streamChat(QUESTION, options);
    expect(await words.next()).toEqual({ done: false, value: "Half" });
    before.open();
    expect(await shown(words)).toBe(WHOLE);
    expect(types()).toEqual(["open", "reset", "done"]);
  });

  it("gives no void word where all comes in one read", async () => {
    const service = await hostileService();
    service.scripts = [AGAIN];
    await textOf(streamChat(QUESTION, watched(service).options));
    service.faults = [{ kind: "buffer" }];
    expect(await textOf(resumeChat("run-1", watched(service).options))).toBe(WHOLE);
  });

  it("is taken across the gap in the ids that a server leaves which died", async () => {
    const service = await hostileService();
    service.scripts = [[{ content: "Half" }, gate().wait]];
    const { options, shown, types } = watched(service);
    const words = streamChat(QUESTION, options);
    await words.next();
    service.runs[0]?.add({ reset: true }, 4097);
    for (const event of answerOf(PIECES)) service.runs[0]?.add(event);
    expect(await shown(words)).toBe(WHOLE);
    expect(types()).toEqual(["open", "reset", "done"]);
    expect(service.requests).toHaveLength(1);
  });

  it("goes on after its reset where the connection is lost, and as JSON where no stream gets through", async () => {
    const cut = { kind: "cut", after: 120 } as const;
    const silent = { kind: "silence-before-head" } as const;
    for (const faults of [[cut], [cut, silent, silent]]) {
      const service = await hostileService();
      service.scripts = [AGAIN];
      service.faults = faults;
      const { options, types, shown } = watched(service, WATCHFUL);
      expect(await shown(streamChat(QUESTION, options))).toBe(WHOLE);
      expect(types().filter((type) => type === "reset")).toHaveLength(1);
    }
  });
});

describe("an answer that fails", () => {
  it("throws the service's problem where it never began, in one request", async () => {
    const service = await hostileService();
    service.faults = [problemFault(429, "rate_limited", { "Retry-After": "7", "X-Request-Id": "req-9" })];
    const error = await failureOf(streamChat(QUESTION, watched(service).options));
    expect(error).toMatchObject({ code: "rate_limited", status: 429, retryable: true });
    expect(error).toMatchObject({ retryAfterSeconds: 7, requestId: "req-9", message: "It is rate_limited." });
    expect(service.requests).toHaveLength(1);
  });

  it("throws the stream's own error after the text that came, and does not ask again", async () => {
    const service = await hostileService();
    const error = { code: "upstream_error", message: "The model service failed.", retryable: true };
    service.scripts = [[{ content: "Half" }, { error }]];
    const words = streamChat(QUESTION, watched(service).options);
    expect(await words.next()).toEqual({ done: false, value: "Half" });
    await expect(words.next()).rejects.toMatchObject({ ...error, name: "AskNewtonError" });
    expect(service.requests).toHaveLength(1);
  });

  it("takes the final `interrupted` across the one gap in the ids that there can be", async () => {
    const service = await hostileService();
    const before = gate();
    service.scripts = [[{ content: "Half" }, before.wait]];
    const words = streamChat(QUESTION, watched(service).options);
    await words.next();
    service.runs[0]?.add({ error: { code: "interrupted", message: "It died.", retryable: true } }, 4097);
    await expect(words.next()).rejects.toMatchObject({ code: "interrupted", retryable: true });
    expect(service.requests.map(({ method }) => method)).toEqual(["POST"]);
  });

  it("calls what is not the service a bad response", async () => {
    const service = await hostileService();
    const forbidden = { kind: "answer", status: 403, body: "<h1>Forbidden</h1>" } as const;
    service.faults = [forbidden];
    service.jsonFaults = [forbidden];
    const error = await failureOf(streamChat(QUESTION, watched(service).options));
    expect(error).toMatchObject({ code: "bad_response", status: 403, retryable: false });
  });

  it("gives up with `network` after a bounded number of attempts that bring nothing", async () => {
    const service = await hostileService();
    await service.close();
    const { options, events, types } = watched(service, { reconnect: { baseMs: 1, maxMs: 4, attempts: 3 } });
    expect(await failureOf(streamChat(QUESTION, options))).toMatchObject({
      code: "network",
      retryable: true,
    });
    expect(types()).toEqual(["reconnecting", "reconnecting", "reconnecting", "fallback"]);
    expect(events.map((event) => "attempt" in event && event.attempt)).toEqual([1, 2, 3, false]);
  });
});

describe("a connection that is lost", () => {
  it("resumes after the last event and says so, with nothing lost, doubled or reordered", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [{ kind: "cut", after: 90 }];
    const { options, types, events } = watched(service);
    expect(await textOf(streamChat(QUESTION, options))).toBe(WHOLE);
    expect(types()).toEqual(["open", "reconnecting", "resumed", "done"]);
    expect(events[2]).toEqual({ type: "resumed", streamId: "run-1", lastEventId: 2 });
    expect(service.requests[1]).toMatchObject({ method: "GET", path: "/api/chat/streams/run-1" });
    expect(service.requests[1]?.headers["last-event-id"]).toBe("2");
    expect(service.runs).toHaveLength(1);
  });

  it("repeats the send under the same key where it was lost before the head", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [{ kind: "drop-before-head" }, { kind: "drop-before-head" }];
    const { options } = watched(service);
    expect(await textOf(streamChat(QUESTION, options))).toBe(WHOLE);
    expect(service.requests.map(({ method }) => method)).toEqual(["POST", "POST", "POST"]);
    expect(new Set(service.requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(service.runs).toHaveLength(1);
  });

  it("goes on where a proxy ends the stream as if it were over", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [
      { kind: "end", after: 40 },
      { kind: "end", after: 1 },
    ];
    expect(await textOf(streamChat(QUESTION, watched(service).options))).toBe(WHOLE);
  });

  it("notices silence by itself and resumes", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [{ kind: "silence", after: 90 }];
    const { options, events } = watched(service, WATCHFUL);
    expect(await textOf(streamChat(QUESTION, options))).toBe(WHOLE);
    expect(events[1]).toMatchObject({ type: "reconnecting", reason: "silent" });
  });

  it("is not mistaken for silence while comments come", async () => {
    const service = await hostileService();
    const words = gate();
    service.scripts = [[words.wait, ...answerOf(PIECES)]];
    const { options, types } = watched(service, {
      ...WATCHFUL,
      fetch: async (url, init) =>
        withComments(await fetch(url, init), { everyMs: 50, count: 15, afterwards: words.open }),
    });
    expect(await textOf(streamChat(QUESTION, options))).toBe(WHOLE);
    expect(types()).toEqual(["open", "done"]);
  });

  it("asks again where a gateway, not the service, refuses", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [
      { kind: "answer", status: 502, body: "Bad gateway" },
      { kind: "cut", after: 90 },
      problemFault(500, "internal"),
      { kind: "answer", status: 524 },
    ];
    expect(await textOf(streamChat(QUESTION, watched(service).options))).toBe(WHOLE);
    expect(service.runs).toHaveLength(1);
  });

  it("goes on from events that are repeated or make no sense", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    const html = { "Content-Type": "text/event-stream" };
    service.faults = [
      { kind: "cut", after: 90 },
      {
        kind: "answer",
        status: 200,
        headers: html,
        body: 'data: {"id":1,"content":"A ded"}\n\ndata: {"id":2,"content":"twice"}\n\ndata: {"id":9,',
      },
      { kind: "answer", status: 200, headers: html, body: 'data: {"id":5,"content":"a gap"}\n\n' },
      { kind: "answer", status: 200, headers: html, body: "data: <p>\n\ndata: null\n\ndata: 7\n\n" },
    ];
    expect(await textOf(streamChat(QUESTION, watched(service).options))).toBe(WHOLE);
  });

  it("may be lost any number of times, as long as each brings something new", async () => {
    const service = await hostileService();
    const many = Array.from({ length: 30 }, (_, index) => `${index} `);
    service.scripts = [answerOf(many)];
    service.faults = many.map(() => ({ kind: "cut", after: 35 }));
    const { options } = watched(service, { reconnect: { baseMs: 1, maxMs: 1, attempts: 2 } });
    expect(await textOf(streamChat(QUESTION, options))).toBe(many.join(""));
  });

  it("says `stream_lost` where the rest of an answer that had begun is gone", async () => {
    const service = await hostileService();
    const never = gate();
    service.scripts = [[{ content: "Half" }, never.wait]];
    service.faults = [{ kind: "cut", after: 33 }];
    const words = streamChat(QUESTION, watched(service).options);
    await words.next();
    service.forget("run-1");
    await expect(words.next()).rejects.toMatchObject({ code: "stream_lost" });
  });

  it("begins again where the stream is gone before a word was said", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [{ kind: "cut", after: 3 }, problemFault(404, "not_found")];
    expect(await textOf(streamChat(QUESTION, watched(service).options))).toBe(WHOLE);
    expect(service.requests.map(({ method }) => method)).toEqual(["POST", "GET", "POST"]);
  });
});

describe("a token that expires", () => {
  it("is read anew for each request, and once more after a 401", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    service.faults = [{ kind: "cut", after: 90 }, problemFault(401, "unauthorized")];
    let calls = 0;
    const headers = async () => ({ Authorization: `Bearer ${++calls}` });
    expect(await textOf(streamChat(QUESTION, watched(service, { headers }).options))).toBe(WHOLE);
    expect(service.requests.map((request) => request.headers.authorization)).toEqual([
      "Bearer 1",
      "Bearer 2",
      "Bearer 3",
    ]);
  });

  it("is refused at once where there is no new one", async () => {
    const service = await hostileService();
    service.faults = [problemFault(401, "unauthorized")];
    const error = await failureOf(streamChat(QUESTION, watched(service, { headers: {} }).options));
    expect(error).toMatchObject({ code: "unauthorized", retryable: false });
    expect(service.requests).toHaveLength(1);
  });

  it("is not read for ever", async () => {
    const service = await hostileService();
    service.faults = [problemFault(401, "unauthorized"), problemFault(401, "unauthorized")];
    const { options } = watched(service, { headers: () => ({}) });
    expect(await failureOf(streamChat(QUESTION, options))).toMatchObject({ code: "unauthorized" });
    expect(service.requests).toHaveLength(2);
  });
});

describe("resumeChat", () => {
  it("gives an answer that another page began, from its first word", async () => {
    const service = await hostileService();
    service.scripts = [answerOf(PIECES)];
    await textOf(streamChat(QUESTION, watched(service).options));
    const { options, types } = watched(service);
    expect(await textOf(resumeChat("run-1", options))).toBe(WHOLE);
    expect(types()).toEqual(["resumed", "done"]);
  });

  it("throws `not_found` where there is no such answer", async () => {
    const service = await hostileService();
    expect(await failureOf(resumeChat("run-7", watched(service).options))).toMatchObject({
      code: "not_found",
    });
  });
});
