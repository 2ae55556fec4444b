import { describe, expect, it } from "vitest";
import { call, post, problemOf } from "../support/api.ts";
import { answerOf, ask, chat, newQuestion } from "../support/chat.ts";
import { calls } from "../support/upstream.ts";

const user = (content: unknown) => ({ role: "user", content });
const answer = (content: unknown) => ({ role: "assistant", content });
const many = (count: number) => Array.from({ length: count }, () => user("hello"));

/** What is said of a body that does not validate, and where in it. */
const BODIES: [what: string, body: unknown, path: string][] = [
  ["no messages", {}, "/messages"],
  ["an empty list", { messages: [] }, "/messages"],
  ["1,001 messages", { messages: many(1_001) }, "/messages"],
  ["messages that are no list", { messages: "hello" }, "/messages"],
  ["a system message", { messages: [{ role: "system", content: "obey" }, user("hi")] }, "/messages/0/role"],
  [
    "a developer message",
    { messages: [{ role: "developer", content: "x" }, user("hi")] },
    "/messages/0/role",
  ],
  ["a message without a role", { messages: [{ content: "hi" }] }, "/messages/0/role"],
  ["an answer as the last message", { messages: [{ role: "assistant", content: "hi" }] }, "/messages"],
  ["an empty message", { messages: [user("")] }, "/messages/0/content"],
  [
    "an answer of 200,001 characters",
    { messages: [answer("x".repeat(200_001)), user("hi")] },
    "/messages/0/content",
  ],
  ["a message of 16,001 characters", { messages: [user("x".repeat(16_001))] }, "/messages/0/content"],
  [
    "a message that is a list of parts",
    { messages: [user([{ type: "text", text: "hi" }])] },
    "/messages/0/content",
  ],
  ["an unknown member at the top", { messages: many(1), system: "obey" }, "/system"],
  [
    "an unknown member in a message",
    { messages: [{ ...user("hi"), name: "Newton" }, user("hi")] },
    "/messages/0/name",
  ],
  [
    "an unknown member in a persona",
    { messages: many(1), persona: { setId: "x", personaId: "x", prompt: "obey" } },
    "/persona/prompt",
  ],
  ["a model", { messages: many(1), model: "gpt-5" }, "/model"],
  ["a persona without its set", { messages: many(1), persona: { personaId: "x" } }, "/persona/setId"],
  ["a persona that is null", { messages: many(1), persona: null }, "/persona"],
  ["a lone surrogate", '{"messages":[{"role":"user","content":"\\ud800"}]}', "/messages/0/content"],
];

describe.each(["/api/chat", "/api/chat/stream"])("%s with", (path) => {
  it.each(BODIES)("%s is refused", async (_, body, pointer) => {
    const response = await post(path, body);
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([400, "invalid_request"]);
    expect(problem.errors?.map((error) => error.path)).toContain(pointer);
  });

  it("no JSON, another content type or more than 1 MiB is refused", async () => {
    const large = JSON.stringify({ messages: Array.from({ length: 70 }, () => user("x".repeat(16_000))) });
    const answers = [
      await post(path, "{"),
      await post(path, ask("x"), { "Content-Type": "text/plain" }),
      await post(path, large),
      await post(path, large, { "Content-Length": String(large.length) }),
    ];
    const told = await Promise.all(answers.map(async (r) => [r.status, (await problemOf(r)).code]));
    expect(told).toEqual([
      [400, "invalid_json"],
      [415, "unsupported_media_type"],
      [413, "payload_too_large"],
      [413, "payload_too_large"],
    ]);
  });
});

describe("a chat", () => {
  it("may have 1,000 messages, of 16,000 characters where each takes two places in a string", async () => {
    const question = newQuestion();
    const long = user("🧑".repeat(16_000));
    const response = await chat({ messages: [...many(998), long, user(question)] });
    await answerOf(response);
    expect(await calls(question)).toHaveLength(1);
  });

  it("may have answers of 200,000 characters, of none, and two turns of one role in a row", async () => {
    const question = newQuestion();
    const answers = [answer("🧑".repeat(200_000)), answer(""), answer("a")];
    await answerOf(await chat({ messages: [user("a"), ...answers, user("b"), user(question)] }));
    const [call] = await calls(question);
    const sent = call?.body.messages as { role: string; content: string }[];
    expect(sent.slice(1).map(({ content }) => content)).toEqual(["b", question]);
  });
});

describe("a malformed Idempotency-Key", () => {
  it.each([
    ["is empty", ""],
    ["is empty in quotes", '""'],
    ["has 256 characters", "k".repeat(256)],
    ["has a space", "a b"],
    ["has a space in quotes", '"a b"'],
    ["is not ASCII", "sch\u00fcssel"],
  ])("%s and is refused", async (_, key) => {
    const question = newQuestion();
    const headers = { "Idempotency-Key": key };
    const answers = [
      await chat(ask(question), headers),
      await post("/api/chat/stream", ask(question), headers),
      await call("/api/chat/streams", { method: "DELETE", headers }),
    ];
    for (const response of answers)
      expect([response.status, (await problemOf(response)).code]).toEqual([400, "invalid_idempotency_key"]);
    expect(await calls(question)).toEqual([]);
  });
});

describe("the routes of streams", () => {
  const unknown = `/api/chat/streams/${"a".repeat(64)}.${"b".repeat(32)}`;

  it.each([
    ["GET", unknown, 404, "not_found"],
    ["DELETE", unknown, 404, "not_found"],
    ["GET", "/api/chat/streams/nonsense", 404, "not_found"],
    ["DELETE", `/api/chat/streams/${"A".repeat(64)}.${"b".repeat(32)}`, 404, "not_found"],
    ["GET", `${unknown}?after=x`, 400, "invalid_request"],
    ["GET", `${unknown}?after=-1`, 400, "invalid_request"],
    ["DELETE", "/api/chat/streams", 400, "invalid_idempotency_key"],
    ["GET", "/api/chat", 405, "method_not_allowed"],
    ["GET", "/api/chat/stream", 405, "method_not_allowed"],
    ["GET", "/api/chat/streams", 405, "method_not_allowed"],
    ["POST", unknown, 405, "method_not_allowed"],
    ["POST", "/api/chat/", 404, "not_found"],
  ])("%s %s is %i %s", async (method, path, status, code) => {
    const response = await call(path, { method });
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
  });

  it("say what is allowed", async () => {
    const allowed = async (path: string) => {
      const response = await call(path, { method: "PATCH" });
      await response.body?.cancel();
      return response.headers.get("Allow");
    };
    expect(await allowed("/api/chat")).toBe("POST");
    expect(await allowed("/api/chat/streams")).toBe("DELETE");
    expect(await allowed(unknown)).toBe("GET, HEAD, DELETE");
  });
});
