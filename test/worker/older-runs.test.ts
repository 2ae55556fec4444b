import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createRunStore } from "../../src/runs/run-store.ts";

const OLDER_TABLES = [
  `CREATE TABLE runs (
     id TEXT NOT NULL, state TEXT NOT NULL, startedAt INTEGER NOT NULL, endedAt INTEGER,
     expiresAt INTEGER, label TEXT, input TEXT, result TEXT, carried TEXT, starts INTEGER NOT NULL DEFAULT 1)`,
  `CREATE TABLE events (
     run TEXT NOT NULL, firstId INTEGER NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (run, firstId)) WITHOUT ROWID`,
];
const MINE = "a".repeat(64);
const OTHER = "b".repeat(64);
const EVENTS = [
  { id: 1, payload: { content: "Hello." } },
  { id: 2, payload: { done: true } },
];

/** What a run that ended a second ago left in its object, before its columns had their names of today. */
async function leave(object: DurableObjectStub, runId: string, label: string | null): Promise<void> {
  await runInDurableObject(object, (_, { storage: { sql } }) => {
    for (const table of OLDER_TABLES) sql.exec(table);
    const endedAt = Date.now() - 1_000;
    const times = [endedAt - 1_000, endedAt, endedAt + 3_600_000];
    sql.exec(
      `INSERT INTO runs (id, state, startedAt, endedAt, expiresAt, label, carried, starts)
         VALUES (?, 'done', ?, ?, ?, ?, '{"calls":1}', 2)`,
      runId,
      ...times,
      label,
    );
    sql.exec("INSERT INTO events VALUES (?, 1, ?)", runId, JSON.stringify(EVENTS));
  });
}

async function textOf(reading: { kind: string; body?: ReadableStream } | undefined) {
  return reading?.body === undefined ? reading : await new Response(reading.body).text();
}

const newChat = () => env.CHAT_STREAMS.get(env.CHAT_STREAMS.newUniqueId());
const newGeneration = () => env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.newUniqueId());

describe("an object with runs that an earlier version wrote", () => {
  it("resumes a chat for whose it is, and for nobody else", async () => {
    const chat = newChat();
    const label = { fingerprint: "f", keyed: true, name: "n", callerUserHash: MINE, callerAddressHash: "c" };
    await leave(chat, "one", JSON.stringify({ ...label, emailHash: null }));
    expect(await chat.resume({ runId: "one", userHash: OTHER, after: 0 })).toBeUndefined();
    const reading = await chat.resume({ runId: "one", userHash: MINE, after: 0 });
    expect(await textOf(reading)).toContain('{"id":1,"content":"Hello."}');
  });

  it.each([MINE, null])("resumes a set's run, that of %s", async (label) => {
    const generation = newGeneration();
    const asked = { runId: "one", after: 0, baseUrl: "https://x.example" };
    await leave(generation, "one", label);
    expect(await generation.resume({ ...asked, userHash: OTHER })).toBeUndefined();
    const reading = await generation.resume(label === null ? asked : { ...asked, userHash: label });
    expect(await textOf(reading)).toContain('"done":true');
  });

  it("keeps what is known of them, and takes new ones", async () => {
    const chat = newChat();
    await leave(chat, "one", '{"keyed":true}');
    const found = await runInDurableObject(chat, (_, { storage }) => {
      const run = { id: "two", startedAt: 1, metadata: { keyed: false }, input: "{}", checkpoint: null };
      createRunStore(storage).insert(run);
      const store = createRunStore<unknown>(storage);
      return ["one", "two"].map((id) => store.find(id));
    });
    expect(found).toMatchObject([
      { state: "done", metadata: { keyed: true }, checkpoint: '{"calls":1}', attempts: 2 },
      { state: "running", metadata: { keyed: false }, attempts: 1 },
    ]);
  });
});
