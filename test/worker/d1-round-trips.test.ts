import { createMessageBatch } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/worker.ts";
import {
  ask as askAt,
  call,
  eventsOf,
  generate,
  generateStream,
  newLead,
  setOf,
  until,
  whenReady,
} from "../support/api.ts";
import { ask as bodyOf, chat, newQuestion } from "../support/chat.ts";
import { wrapDatabase } from "../support/database.ts";
import { wrapQueues } from "../support/queue.ts";
import { script } from "../support/upstream.ts";

interface Trip {
  readonly kind: string;
  readonly rowsWritten: number;
}

let trips: Trip[] = [];

/** The first kind whose SQL is in a round trip is what the round trip is for. */
const KINDS: [kind: string, sql: RegExp][] = [
  ["claim", /insert into \W+request_log\W.*returning/],
  ["store", /insert into \W+request_log/],
  ["announce", /insert into \W+persona_images/],
  // No part of a request's answer: a portrait's jobs, and the day a set was last shown, which comes after it.
  ["portrait", /lease_owner|image_days|min\(|job_cursors/],
  ["shown", /last_shown_on\W+= \?/],
  ["states", /from \W+persona_images\W.*json_each/],
  ["look-up", /from \W+persona_cache/],
];
const LATER = ["portrait", "shown"];

function kindOf(sql: string): string {
  return KINDS.find(([, pattern]) => pattern.test(sql))?.[0] ?? sql;
}

/** What D1 says that it wrote, indexes included: what the platform bills. */
async function rowsWrittenBy(response: Response): Promise<number> {
  const counts = (await response.clone().text()).matchAll(/"rows_written":(\d+)/g);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

let unwrap: () => void;
beforeAll(() => {
  unwrap = wrapDatabase(async (sql, send) => {
    const trip = { kind: kindOf(sql), rowsWritten: Number.NaN };
    trips.push(trip);
    const response = await send();
    trip.rowsWritten = await rowsWrittenBy(response);
    return response;
  });
});
afterAll(() => unwrap());

async function tripsOf(work: () => Promise<Response>) {
  trips = [];
  const response = await work();
  await setOf(response.clone());
  const kinds = trips.map(({ kind }) => kind);
  return { trips: kinds.filter((kind) => !LATER.includes(kind)), from: response.headers.get("Cache-Status") };
}

// Nothing of it from the upstream's cache, which would be one figure more in the day's totals.
const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

async function leadAnsweredAtOnce() {
  const lead = newLead();
  await script(lead.name, [{ chunkChars: 100_000, usage: USAGE }]);
  return lead;
}

/** By what they were written for, so far. */
function rowsWritten(...kinds: readonly string[]): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const { kind, rowsWritten: count } of trips)
    if (kinds.includes(kind)) counted[kind] = (counted[kind] ?? 0) + count;
  return counted;
}

describe("the D1 round trips of a persona request", () => {
  it("are 2, and one for all portraits that one read of the answer completes, where it is cold, 1 where D1 has it, and else 0", async () => {
    const leadData = await leadAnsweredAtOnce();
    const ask = () => generate({ leadData });
    expect(await tripsOf(ask)).toEqual({
      trips: ["look-up", "announce", "store"],
      from: "asknewton; fwd=miss",
    });
    const { setId } = await setOf(await ask());
    await whenReady(setId);
    expect(await tripsOf(ask)).toEqual({ trips: ["look-up"], from: "asknewton-d1; hit" });
    expect(await tripsOf(ask)).toEqual({ trips: [], from: "asknewton-memory; hit" });
    // Memory and edge hold absolute URLs, so under another origin only D1 knows the set.
    const elsewhere = () => {
      const init = { method: "POST", headers: { "Content-Type": "application/json" } };
      const request = new Request("https://other.test/api/personas/generate", init);
      return askAt(new Request(request, { body: JSON.stringify({ leadData }) }));
    };
    expect(await tripsOf(elsewhere)).toEqual({ trips: ["look-up"], from: "asknewton-d1; hit" });
    expect(await tripsOf(elsewhere)).toEqual({ trips: [], from: "asknewton-memory; hit" });
    expect(await tripsOf(() => call(`/api/personas/${setId}`))).toMatchObject({ trips: ["look-up"] });
  });

  it("are one more with a key, which the run's object claims; none is written where a cache answers", async () => {
    const leadData = await leadAnsweredAtOnce();
    const newKey = () => ({ "Idempotency-Key": crypto.randomUUID() });
    const [first, later] = [newKey(), newKey()];
    expect(await tripsOf(() => generate({ leadData }, first))).toEqual({
      trips: ["look-up", "claim", "announce", "store"],
      from: "asknewton; fwd=miss",
    });
    expect(await tripsOf(() => generate({ leadData }, later))).toEqual({
      trips: ["look-up"],
      from: "asknewton-d1; hit",
    });
    expect(await tripsOf(() => generate({ leadData }, first))).toEqual({
      trips: ["look-up", "states"],
      from: "asknewton-log; hit",
    });
  });
});

describe("the rows that D1 writes", () => {
  const ASKED = ["look-up", "claim", "announce", "store"];
  const isStored = ({ kind, rowsWritten: rows }: Trip) => kind === "store" && rows > 0;

  // The first of a day also makes the rows of its totals.
  beforeAll(async () => {
    const { setId } = await setOf(await generate({ leadData: newLead() }));
    await whenReady(setId);
    trips = [];
    await chat(bodyOf(newQuestion()));
    await until("the run is logged", async () => trips.some(isStored));
  });

  it("are 11 for a set and 7 for each portrait in it, in JSON and as a stream", async () => {
    trips = [];
    await setOf(await generate({ leadData: await leadAnsweredAtOnce() }));
    expect(rowsWritten(...ASKED)).toEqual({ "look-up": 0, announce: 21, store: 11 });
    trips = [];
    await eventsOf(await generateStream({ leadData: await leadAnsweredAtOnce() }));
    expect(rowsWritten(...ASKED)).toEqual({ "look-up": 0, announce: 21, store: 11 });
  });

  it("are 6 more with a key, and none where a cache answers", async () => {
    const leadData = await leadAnsweredAtOnce();
    trips = [];
    await setOf(await generate({ leadData }, { "Idempotency-Key": crypto.randomUUID() }));
    expect(rowsWritten(...ASKED)).toEqual({ "look-up": 0, claim: 4, announce: 21, store: 13 });
    trips = [];
    await setOf(await generate({ leadData }, { "Idempotency-Key": crypto.randomUUID() }));
    expect(rowsWritten(...ASKED)).toEqual({ "look-up": 0 });
  });

  it("are 9 more where there is somebody to erase, who must be found while it runs", async () => {
    trips = [];
    await setOf(await generate({ leadData: await leadAnsweredAtOnce(), email: "ann@example.org" }));
    expect(rowsWritten(...ASKED)).toEqual({ "look-up": 0, announce: 24, store: 17 });
  });

  it("are 7 for a chat alone, in one round trip after its answer", async () => {
    const question = newQuestion();
    await script(question, [{ usage: USAGE }]);
    trips = [];
    expect((await chat(bodyOf(question))).status).toBe(200);
    await until("the run is logged", async () => trips.some(isStored));
    expect(trips.filter(isStored)).toEqual([{ kind: "store", rowsWritten: 7 }]);
  });

  it("are 154 for 50 chats that end together, in one round trip for all of them", async () => {
    const questions = Array.from({ length: 50 }, newQuestion);
    for (const question of questions) await script(question, [{ usage: USAGE }]);
    const bodies: unknown[] = [];
    const unwrap = wrapQueues(async (body) => void bodies.push(body));
    trips = [];
    try {
      await Promise.all(questions.map(async (question) => (await chat(bodyOf(question))).text()));
      await until("all are queued", async () => bodies.length === questions.length);
    } finally {
      unwrap();
    }
    expect(trips.filter(isStored)).toEqual([]);
    const messages = bodies.map((body) => ({
      id: crypto.randomUUID(),
      timestamp: new Date(),
      attempts: 1,
      body,
    }));
    await worker.queue(createMessageBatch("asknewton-chat-log", messages), env);
    expect(trips.filter(isStored)).toEqual([{ kind: "store", rowsWritten: 50 * 3 + 4 }]);
  });

  it("are 9 for each portrait that is made", async () => {
    const pending = "SELECT 1 FROM persona_images WHERE status = 'pending'";
    await until("others are made", async () => (await env.DB.prepare(pending).first()) === null);
    trips = [];
    const { setId } = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }));
    await whenReady(setId);
    expect(rowsWritten("portrait")).toEqual({ portrait: 9 });
  });
});
