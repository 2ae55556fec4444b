import { abortAllDurableObjects, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/hash.ts";
import { ADMIN } from "../support/admin.ts";
import { call, eventsOf, generate, generateStream, newLead, post, setOf } from "../support/api.ts";
import { ask, chatStream, newQuestion, resume, streamIdOf, textOf } from "../support/chat.ts";
import { wrapDatabase } from "../support/database.ts";
import { persona } from "../support/persona.ts";
import { newMarker } from "../support/portraits.ts";
import { wrapQueues } from "../support/queue.ts";
import { callsReach, script } from "../support/upstream.ts";

let people = 0;
/** The same address in three spellings. */
function newPerson() {
  people += 1;
  const email = `bea-${people}@example.org`;
  return { email: ` ${email.toUpperCase()}`, respelled: `${email.replace("b", "B")} `, hash: sha256(email) };
}

async function erase(email: string): Promise<Record<string, number>> {
  const response = await post("/api/admin/erase", { email }, ADMIN);
  expect(response.status).toBe(200);
  return ((await response.json()) as { erased: Record<string, number> }).erased;
}

async function rowsOf(hash: string, ...tables: string[]): Promise<unknown[]> {
  const found = await Promise.all(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE email_hash = ?`).bind(hash).all()),
  );
  return found.flatMap(({ results }) => results);
}

const answersAnything = (hash: string) => rowsOf(hash, "request_log", "persona_cache", "set_images");

async function aboutSomebody() {
  const who = newPerson();
  const set = await setOf(await generate({ leadData: newLead(), email: who.email }));
  const question = newQuestion();
  const about = { setId: set.setId, personaId: set.personas[0]?.id };
  return { who, question, body: { ...ask(question), persona: about } };
}

/** What the object of a chat keeps of what was asked. */
async function inputsOf(id: DurableObjectId) {
  return await runInDurableObject(env.CHAT_STREAMS.get(id), (_, { storage: { sql } }) => {
    const there = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'runs'").toArray();
    return there.length > 0 ? sql.exec("SELECT input FROM runs").toArray() : [];
  });
}

const SLOWLY = { content: "word ".repeat(1_000), chunkChars: 5, chunkDelayMs: 20 };

describe("erasing somebody by e-mail, where callers are anonymous", () => {
  it("ends a chat about their persona that is under way, and leaves nothing of it", async () => {
    const { who, question, body } = await aboutSomebody();
    await script(question, [SLOWLY]);
    const chat = await chatStream(body);
    const announced = async () => (await rowsOf(who.hash, "request_log")).length;
    await expect.poll(announced).toBe(2); // the set's run, and the chat
    await callsReach(question, 1, "open");
    expect(await erase(who.respelled)).toMatchObject({ sets: 1, streams: 2 });
    await callsReach(question, 1, "aborted");
    expect(textOf(await eventsOf(chat)).length).toBeLessThan(SLOWLY.content.length);
    expect((await resume(streamIdOf(chat), 0)).status).toBe(404);
    expect(await answersAnything(who.hash)).toEqual([]);
    expect((await chatStream(body)).status).toBe(404);
  });

  it("is not undone by a reader of their set who comes late", async () => {
    const { email } = newPerson();
    const request = { leadData: newLead(), email, config: { count: 1 } };
    await script(request.leadData.name, [{ content: JSON.stringify({ personas: [persona(newMarker())] }) }]);
    const set = await setOf(await generate(request));
    const key = set.personas[0]?.imageUrl.split("/").at(-1);
    const state = env.DB.prepare("SELECT status FROM persona_images WHERE image_key = ?").bind(key);
    await expect.poll(async () => await state.first("status")).toBe("ready"); // from now on it goes into the caches
    let [reads, released] = [0, false];
    const unwrap = wrapDatabase(async (sql, send) => {
      const answer = await send();
      if (!/from \W*persona_cache/.test(sql) || released) return answer;
      reads += 1;
      while (reads === 1 && !released) await new Promise((resolve) => setTimeout(resolve, 5));
      return answer;
    });
    const late = generate(request);
    await expect.poll(() => reads).toBe(1);
    reads = 2; // those of the erasure are not held up
    expect(await erase(email)).toMatchObject({ sets: 1 });
    released = true;
    unwrap();
    expect((await setOf(await late)).setId).toBe(set.setId);
    expect((await setOf(await generate(request))).createdAt).not.toBe(set.createdAt);
  });

  it("finds no chat whose server died before D1 had heard of it, since nothing of it is written down", async () => {
    const { question, body } = await aboutSomebody();
    await script(question, [{ ...SLOWLY, firstChunkAfterMs: 5_000 }], true);
    let released = false;
    const unwrap = wrapDatabase(async (sql, send) => {
      const isStart = /on conflict do nothing/.test(sql) && sql.includes("/api/chat");
      while (isStart && !released) await new Promise((resolve) => setTimeout(resolve, 5));
      return await send();
    });
    const lost = chatStream(body).catch(() => {});
    await callsReach(question, 1, "open");
    await abortAllDurableObjects();
    const kept = await Promise.all((await listDurableObjectIds(env.CHAT_STREAMS)).map(inputsOf));
    released = true;
    unwrap();
    await lost;
    expect(JSON.stringify(kept)).not.toContain(question);
  });

  it("waits for the row of a chat that has just ended, so that none is written after it", async () => {
    const { who, question, body } = await aboutSomebody();
    const [erased, landed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const unwrap = wrapDatabase(async (sql, send) => {
      // The end's row is on its way for a second, or until the erasure has deleted what it knew of.
      const isEnd = sql.includes("daily_totals") && sql.includes("/api/chat");
      if (isEnd) await Promise.race([erased.promise, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      const response = await send();
      if (isEnd) landed.resolve();
      if (/delete from \W+request_log/.test(sql)) erased.resolve();
      return response;
    });
    await script(question, [{ content: "Short." }]);
    await eventsOf(await chatStream(body));
    await erase(who.respelled).finally(unwrap);
    await landed.promise;
    expect(await answersAnything(who.hash)).toEqual([]);
  });

  it("takes the row of a chat that is over, which no queue ever had", async () => {
    const { who, body } = await aboutSomebody();
    const queued: unknown[] = [];
    const unwrap = wrapQueues(async (message, send) => {
      if (JSON.stringify(message).includes(who.hash)) queued.push(message);
      return await send();
    });
    try {
      await eventsOf(await chatStream(body));
      const ended = async () =>
        (await rowsOf(who.hash, "request_log")).filter((row) => Object(row).status === 200).length;
      await expect.poll(ended).toBe(2); // the set's run, and the chat
      expect(await erase(who.respelled)).toMatchObject({ sets: 1, streams: 2 });
    } finally {
      unwrap();
    }
    expect(queued).toEqual([]);
    expect(await answersAnything(who.hash)).toEqual([]);
  });

  it.each([
    [
      "a chat",
      /"\/api\/chat/,
      async () => {
        const { who, question, body } = await aboutSomebody();
        await script(question, [SLOWLY]);
        return { who, begin: () => chatStream(body) };
      },
    ],
    [
      "a set",
      /personas\/generate/,
      async () => {
        const [who, leadData] = [newPerson(), newLead()];
        await script(leadData.name, [{ ...SLOWLY, firstChunkAfterMs: 5_000 }]);
        return { who, begin: () => generateStream({ leadData, email: who.email }) };
      },
    ],
  ] as const)("finds %s under way that D1 would not hear of at first", async (_, route, prepare) => {
    const { who, begin } = await prepare();
    let refused = 0;
    const unwrap = wrapDatabase(async (sql, send) => {
      const isStart = /on conflict do nothing/.test(sql) && route.test(sql.replaceAll("\\", ""));
      if (!isStart || refused === 2) return await send();
      refused += 1;
      throw new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.");
    });
    const before = (await rowsOf(who.hash, "request_log")).length;
    const stream = await begin();
    await expect.poll(async () => (await rowsOf(who.hash, "request_log")).length).toBe(before + 1);
    unwrap();
    expect(refused).toBe(2);
    expect((await erase(who.respelled)).streams).toBeGreaterThan(0);
    await stream.body?.cancel();
    expect(await answersAnything(who.hash)).toEqual([]);
  });

  it("ends a set that is being made for them, and drops the portraits of its first personas", async () => {
    const who = newPerson();
    const leadData = newLead();
    const markers = [newMarker(), newMarker(), newMarker()];
    const content = JSON.stringify({ personas: markers.map((marker) => persona(marker)) });
    const chunkChars = Math.ceil(content.length / 50);
    await script(leadData.name, [{ content, chunkChars, silentAfterChunks: 40 }]);
    const stream = await generateStream({ leadData, email: who.email });
    const announced = async () => (await rowsOf(who.hash, "set_images")).length;
    await expect.poll(announced).toBe(2);
    const streamId = stream.headers.get("X-Stream-Id");
    expect(await erase(who.respelled)).toMatchObject({ streams: 1, images: 2 });
    await callsReach(leadData.name, 1, "aborted");
    expect((await eventsOf(stream)).at(-1)).toHaveProperty("error");
    expect((await call(`/api/personas/generations/${streamId}`)).status).toBe(404);
    expect(await answersAnything(who.hash)).toEqual([]);
    const { results } = await env.DB.prepare("SELECT prompt FROM persona_images").all();
    expect(JSON.stringify(results)).not.toContain(markers[0]);
  });

  it("leaves nothing of a portrait that was shown: no size of it, in R2 or in the cache that answers", async () => {
    const who = newPerson();
    const leadData = newLead();
    const content = JSON.stringify({ personas: [persona(newMarker())] });
    await script(leadData.name, [{ content }]);
    const body = { leadData, email: who.email, config: { count: 1 }, images: "wait" };
    const { personas } = await setOf(await generate(body));
    const { pathname } = new URL(personas[0]?.imageUrl ?? "");
    const urls = [pathname, `${pathname}?width=128`, `${pathname}?width=200`, `${pathname}?width=512`];
    for (const url of urls) {
      const response = await call(url);
      expect(response.headers.get("X-Image-Status")).toBe("ready");
      await response.body?.cancel();
    }
    expect(await erase(who.respelled)).toMatchObject({ sets: 1, images: 1 });
    const { objects } = await env.IMAGES.list({ prefix: pathname.replace("/images/", "portraits/") });
    expect(objects).toEqual([]);
    for (const url of urls) {
      const response = await call(url);
      await response.body?.cancel();
      expect([url, response.status]).toEqual([url, 404]);
    }
  });
});
