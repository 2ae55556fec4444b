import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { call, eventsOf, generate, generateStream, newLead, post, problemOf, setOf } from "../support/api.ts";
import { deadStream, HALF, newQuestion, objectOf } from "../support/chat.ts";
import { bearerFor } from "../support/tokens.ts";
import { calls, callsReach, script } from "../support/upstream.ts";

const [ANN, BOB] = [await bearerFor("ann"), await bearerFor("bob")];
const newKey = () => `key-${crypto.randomUUID()}`;
const send = (words: string, headers: Record<string, string>, path = "/api/chat") =>
  post(path, { messages: [{ role: "user", content: words }] }, headers);

/** Answers as if there were nothing at all: whoever asks learns nothing of another's. */
async function isNotThere(foreign: Response, unknown: Response, code = "not_found"): Promise<void> {
  const [theirs, nobodys] = [await problemOf(foreign), await problemOf(unknown)];
  expect([foreign.status, theirs.code]).toEqual([404, code]);
  expect({ ...theirs, requestId: "" }).toEqual({ ...nobodys, requestId: "" });
  const headersOf = ({ headers }: Response) => [...headers.keys()];
  expect(headersOf(foreign)).toEqual(headersOf(unknown));
}

/** A stream of Ann's that goes on until it is stopped. */
async function openChat(): Promise<{ words: string; path: string; response: Response }> {
  const words = newLead().name;
  await script(words, [{ chunkChars: 4, silentAfterChunks: 3 }]);
  const response = await send(words, ANN, "/api/chat/stream");
  return { words, path: `/api/chat/streams/${response.headers.get("X-Stream-Id")}`, response };
}

describe("what is another user's", () => {
  it("as a set: is not there", async () => {
    const { setId } = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }, ANN));
    const ask = (id: string, headers: Record<string, string>) => call(`/api/personas/${id}`, { headers });
    await isNotThere(await ask(setId, BOB), await ask("f".repeat(32), BOB));
    expect((await setOf(await ask(setId, ANN))).setId).toBe(setId);
  });

  it("as a stream of personas: is not there, running or over", async () => {
    const { name } = newLead();
    await script(name, [{ chunkChars: 60, chunkDelayMs: 20 }]);
    const response = await generateStream({ leadData: { name } }, ANN);
    const id = response.headers.get("X-Stream-Id") ?? "";
    const resume = (headers: Record<string, string>, stream = id) =>
      call(`/api/personas/generations/${stream}`, { headers });
    await isNotThere(await resume(BOB), await resume(BOB, `${"0".repeat(64)}.${"0".repeat(32)}`));
    await response.text();
    await isNotThere(await resume(BOB), await resume(BOB, `${id.slice(0, 65)}${"0".repeat(32)}`));
    expect((await eventsOf(await resume(ANN))).at(-1)).toMatchObject({ done: true });
  });

  it("as a chat: can be neither read nor stopped, running or over", async () => {
    const { path, response } = await openChat();
    const unknown = `/api/chat/streams/${"0".repeat(64)}.${"0".repeat(32)}`;
    for (const method of ["GET", "DELETE"]) {
      await isNotThere(
        await call(path, { method, headers: BOB }),
        await call(unknown, { method, headers: BOB }),
      );
    }
    expect((await call(path, { method: "DELETE", headers: ANN })).status).toBe(204);
    expect((await eventsOf(response)).at(-1)).toMatchObject({ finishReason: "stopped" });
    for (const method of ["GET", "DELETE"]) {
      await isNotThere(
        await call(path, { method, headers: BOB }),
        await call(unknown, { method, headers: BOB }),
      );
    }
    expect((await call(path, { method: "DELETE", headers: ANN })).status).toBe(204);
  });

  it("as a chat whose server died: is not there, and nobody else's asking makes it begin again", async () => {
    const question = newQuestion();
    await script(question, [HALF, { content: "The whole answer" }]);
    const id = await deadStream(question, ANN);
    const path = `/api/chat/streams/${id}`;
    const unknown = `/api/chat/streams/${"0".repeat(64)}.${"0".repeat(32)}`;
    for (const method of ["GET", "DELETE"]) {
      const headers = { ...BOB, "Last-Event-ID": "0" };
      await isNotThere(await call(path, { method, headers }), await call(unknown, { method, headers }));
      expect((await call(path, { method })).status).toBe(401);
    }
    const runs = await runInDurableObject(objectOf(id), (_, { storage }) =>
      storage.sql.exec("SELECT state, attempts FROM runs").toArray(),
    );
    expect(runs).toEqual([{ state: "running", attempts: 1 }]);
    const hers = await eventsOf(await call(path, { headers: ANN }));
    expect(hers.find(({ reset }) => reset)).toBeDefined();
    expect(hers.at(-1)).toMatchObject({ done: true, finishReason: "stop" });
    expect(await calls(question)).toHaveLength(2);
  });

  it("as a persona to talk with: is not there", async () => {
    const { setId, personas } = await setOf(
      await generate({ leadData: newLead(), config: { count: 1 } }, ANN),
    );
    const talk = (id: string, headers: Record<string, string>) => {
      const persona = { setId: id, personaId: personas[0]?.id };
      return post("/api/chat", { messages: [{ role: "user", content: newLead().name }], persona }, headers);
    };
    await isNotThere(await talk(setId, BOB), await talk("f".repeat(32), BOB), "persona_not_found");
    const response = await talk(setId, ANN);
    expect(response.status).toBe(200);
    await response.text();
  });
});

describe("one Idempotency-Key of two users", () => {
  it("is two keys: neither the other's answer nor the other's 422", async () => {
    const headers = { "Idempotency-Key": newKey() };
    const words = newLead().name;
    const first = await send(words, { ...ANN, ...headers });
    const same = await send(words, { ...BOB, ...headers });
    expect([first.status, same.status, same.headers.get("Idempotency-Replayed")]).toEqual([200, 200, null]);
    const [hers, his] = (await Promise.all([first.json(), same.json()])) as { streamId: string }[];
    expect(his?.streamId).not.toBe(hers?.streamId);
    expect(await calls(words)).toHaveLength(2);
    const other = await send(newLead().name, { ...BOB, ...headers });
    expect([other.status, (await problemOf(other)).code]).toEqual([422, "idempotency_key_reused"]);
  });

  it("stops only what its own user sent", async () => {
    const headers = { "Idempotency-Key": newKey() };
    const words = newLead().name;
    await script(words, [{ chunkChars: 4, silentAfterChunks: 3 }]);
    const response = await send(words, { ...ANN, ...headers }, "/api/chat/stream");
    const stop = (user: Record<string, string>) =>
      call("/api/chat/streams", { method: "DELETE", headers: { ...user, ...headers } });
    expect((await stop(BOB)).status).toBe(204);
    expect((await calls(words)).map(({ outcome }) => outcome)).toEqual(["open"]);
    expect((await stop(ANN)).status).toBe(204);
    await callsReach(words, 1, "aborted");
    expect((await eventsOf(response)).at(-1)).toMatchObject({ finishReason: "stopped" });
  });
});

describe("equal words of two users", () => {
  it("are answered apart, within the window too", async () => {
    const words = newLead().name;
    const [hers, his] = await Promise.all([send(words, ANN), send(words, BOB)]);
    expect([hers.status, his.status]).toEqual([200, 200]);
    const ids = (await Promise.all([hers.json(), his.json()])) as { streamId: string }[];
    expect(ids[0]?.streamId).not.toBe(ids[1]?.streamId);
    expect(await calls(words)).toHaveLength(2);
  });
});
