import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import type { PersonaSet } from "../../src/personas/schema.ts";
import {
  call,
  eventsOf,
  generate,
  generateStream,
  newLead,
  problemOf,
  setOf,
  whenReady,
} from "../support/api.ts";
import { ask, chat, chatStream, newQuestion, resume, stop, stopKey, streamIdOf } from "../support/chat.ts";
import { wrapDatabase } from "../support/database.ts";
import { calls } from "../support/upstream.ts";

const LOST = "Network connection lost.";
const OVERLOADED = "D1 DB is overloaded. Requests queued for too long.";
const RESET = "Durable Object reset because its code was updated.";

async function expectOverloaded(response: Response): Promise<void> {
  expect([response.status, (await problemOf(response)).code]).toEqual([503, "overloaded"]);
  expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
}

let unwrap = () => {};
afterEach(() => unwrap());

/** The first `times` questions of this kind fail after D1 has answered them. Gives how many there were. */
function failAfterCommit(kind: RegExp, message: string, times = Number.POSITIVE_INFINITY): () => number {
  let asked = 0;
  unwrap = wrapDatabase(async (sql, send) => {
    const answer = await send();
    if (!kind.test(sql)) return answer;
    asked += 1;
    if (asked <= times) throw new Error(message);
    return answer;
  });
  return () => asked;
}

/** Its portraits are ready: nothing goes on in the background. */
async function madeSet(): Promise<PersonaSet> {
  const { setId } = await setOf(await generate({ leadData: newLead() }));
  return await whenReady(setId);
}

const LOOK_UP = /from \W+persona_cache/;

/** Every route that has nothing to say without D1. */
function routesOverD1({ setId, personas }: PersonaSet): [string, () => Promise<Response>][] {
  const persona = { setId, personaId: personas[0]?.id };
  const leadData = newLead();
  const key = { "Idempotency-Key": crypto.randomUUID() };
  return [
    ["a set", () => call(`/api/personas/${setId}`)],
    ["personas", () => generate({ leadData })],
    ["personas with a key", () => generate({ leadData }, key)],
    ["a chat about a persona", () => chat({ ...ask(newQuestion()), persona })],
  ];
}

describe("a database whose connection is lost", () => {
  it("is asked once more, and where that answers nobody notices", async () => {
    const made = await madeSet();
    const asked = failAfterCommit(LOOK_UP, LOST, 1);
    const found = await setOf(await call(`/api/personas/${made.setId}`));
    expect(found.personas).toHaveLength(made.personas.length);
    expect(asked()).toBe(2);
  });

  it("is 503 where that was in vain, on every route", async () => {
    for (const [, route] of routesOverD1(await madeSet())) {
      failAfterCommit(LOOK_UP, LOST);
      await expectOverloaded(await route());
      unwrap();
    }
  });
});

describe("a database that is overloaded", () => {
  it("is not asked again, on any route, and nothing is paid for meanwhile", async () => {
    for (const [name, route] of routesOverD1(await madeSet())) {
      const asked = failAfterCommit(LOOK_UP, OVERLOADED);
      await expectOverloaded(await route());
      expect([name, asked()]).toEqual([name, 1]);
      unwrap();
    }
  });

  it("takes nothing away from a set that was paid for", async () => {
    const leadData = newLead();
    failAfterCommit(/insert into \W+persona_cache/, OVERLOADED);
    expect((await setOf(await generate({ leadData }))).personas).toHaveLength(3);
    expect(await calls(leadData.name)).toHaveLength(1);
  });
});

/** R2 fails the next `times` reads as it does when it is ill. Gives how many there were, and a function that ends it. */
function failBucket(times: number) {
  const bucket = Object.getPrototypeOf(env.IMAGES) as { get: (...args: unknown[]) => unknown };
  const original = bucket.get;
  let asked = 0;
  bucket.get = function (...args) {
    asked += 1;
    if (asked > times) return original.apply(this, args);
    return Promise.reject(new Error("get: We encountered an internal error. Please try again. (10001)"));
  };
  unwrap = () => {
    bucket.get = original;
  };
  return () => asked;
}

describe("a bucket that fails", () => {
  const portraitOf = async () => new URL((await madeSet()).personas[0]?.imageUrl ?? "").pathname;

  it("is asked once more, and where that answers nobody notices", async () => {
    const path = await portraitOf();
    const asked = failBucket(1);
    const response = await call(path);
    expect([response.status, response.headers.get("X-Image-Status")]).toEqual([200, "ready"]);
    await response.arrayBuffer();
    expect(asked()).toBe(2);
  });

  it("is 503 where that was in vain", async () => {
    const path = await portraitOf();
    failBucket(Number.POSITIVE_INFINITY);
    await expectOverloaded(await call(path));
  });
});

function chatObject(streamId: string) {
  return env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
}

type Method = (this: { ctx: DurableObjectState }, ...args: unknown[]) => unknown;

/** The object is reset by whoever asks it this, `times` times. Gives a function that ends it. */
async function resetWhenAsked(
  object: DurableObjectStub,
  method: string,
  times = Number.POSITIVE_INFINITY,
): Promise<() => void> {
  return await runInDurableObject(object, (instance) => {
    const prototype = Object.getPrototypeOf(instance) as Record<string, Method>;
    const original = prototype[method] as Method;
    let left = times;
    prototype[method] = function (...args) {
      left -= 1;
      if (left < 0) return original.apply(this, args);
      this.ctx.abort(RESET);
    };
    return () => {
      prototype[method] = original;
    };
  });
}

describe("an object that is reset while it is asked", () => {
  it("is asked once more: for the rest of an answer, and to stop one", async () => {
    const stream = await chatStream(ask(newQuestion()));
    const streamId = streamIdOf(stream);
    const events = await eventsOf(stream);
    const mend = await Promise.all(
      ["resume", "stop"].map((method) => resetWhenAsked(chatObject(streamId), method, 1)),
    );
    expect(await eventsOf(await resume(streamId, 0))).toEqual(events);
    expect((await stop(streamId)).status).toBe(204);
    for (const each of mend) each();
  });

  it("is 503 where it is reset again, on every route", async () => {
    const question = newQuestion();
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const stream = await chatStream(ask(question), headers);
    const streamId = streamIdOf(stream);
    await stream.body?.cancel();
    const routes: [string, () => Promise<Response>][] = [
      ["resume", () => resume(streamId, 0)],
      ["stop", () => stop(streamId)],
      ["stopKey", () => stopKey(headers["Idempotency-Key"])],
      ["send", () => chat(ask(question), headers)],
      ["send", () => chatStream(ask(question), headers)],
    ];
    for (const [method, route] of routes) {
      const mend = await resetWhenAsked(chatObject(streamId), method);
      await expectOverloaded(await route());
      mend();
    }
  });

  it("is 503 for personas, too", async () => {
    const leadData = newLead();
    const stream = await generateStream({ leadData });
    const streamId = streamIdOf(stream);
    await stream.body?.cancel();
    const [key = ""] = streamId.split(".");
    const object = () => env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key));
    const routes: [string, () => Promise<Response>][] = [
      ["resume", () => call(`/api/personas/generations/${streamId}`)],
      ["join", () => generate({ leadData }, { "Cache-Control": "no-cache" })],
    ];
    for (const [method, route] of routes) {
      const mend = await resetWhenAsked(object(), method);
      await expectOverloaded(await route());
      mend();
    }
  });
});
