import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createEdgeCache } from "../../src/personas/cache/edge.ts";
import { createMemoryCache } from "../../src/personas/cache/memory.ts";
import { ADMIN } from "../support/admin.ts";
import { call, generate, newLead, post, setOf, whenReady } from "../support/api.ts";
import { answerOf, ask, chat, newQuestion, resume } from "../support/chat.ts";
import { listenToLog } from "../support/discretion.ts";
import { askJob, jobEnds, startJob } from "../support/jobs.ts";
import { calls } from "../support/upstream.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;
const EMAIL = "cleo@example.org";
const ANSWER = { body: new Uint8Array([123, 125]), createdAt: 1, saved: { usd: 0, tokens: 0, images: 0 } };
const PLACE = { key: "k".repeat(64), baseUrl: "https://api.test" };

interface Remains {
  readonly where: string;
  readonly until: string;
}

/** Everything of one person, erased; what the receipt says, in milliseconds from then. */
async function receipt() {
  const log = listenToLog();
  const leadData = newLead();
  const set = await setOf(await generate({ leadData, email: EMAIL, config: { count: 1 } }));
  const { personas } = await whenReady(set.setId);
  const portrait = await call(new URL(personas[0]?.imageUrl ?? "").pathname);
  await portrait.body?.cancel();
  const question = newQuestion();
  const anonymous = await answerOf(await chat(ask(question), { "Idempotency-Key": crypto.randomUUID() }));
  const askedAt = Date.now();
  const response = await post("/api/admin/erase", { email: EMAIL }, ADMIN);
  const answeredAt = Date.now();
  const { remains } = (await response.json()) as { remains: Remains[] };
  return { remains, askedAt, answeredAt, portrait, anonymous, leadData, lines: log.lines() };
}

type Receipt = Awaited<ReturnType<typeof receipt>>;
/** Looks whether what is said of a place is true; `ms`: how long it is said to last, from the erasure on. */
type Look = (ms: number, made: Receipt) => unknown;

/** The sets that a message of the queue asked for are not made where its job has forgotten them. */
async function messageOfErased(): Promise<void> {
  const inputs = [{ leadData: newLead(), email: "dora@example.org", config: { count: 1 } }];
  const { jobId } = await startJob(inputs);
  await jobEnds(jobId);
  const name = inputs[0]?.leadData.name ?? "";
  const before = (await calls(name)).length;
  await post("/api/admin/erase", { email: "dora@example.org" }, ADMIN);
  await (await askJob(jobId)).body?.cancel();
  expect(await calls(name)).toHaveLength(before);
  const { results } = await env.DB.prepare("SELECT * FROM pregenerate_inputs WHERE job_id = ?")
    .bind(jobId)
    .all();
  expect(results).toEqual([]); // what a message is looked up by
}

const LOOKS: Readonly<Record<string, Look>> = {
  "other isolates' memory": (ms) => {
    let time = 0;
    const memory = createMemoryCache(() => time);
    memory.put(PLACE, ANSWER);
    time = ms - 1;
    expect(memory.get(PLACE)).toBeDefined();
    time = ms;
    expect(memory.get(PLACE)).toBeUndefined();
  },
  "other colos' edge caches": async (ms) => {
    const cache = await caches.open("receipts");
    await createEdgeCache(() => cache).put(PLACE, ANSWER);
    const kept = await cache.match(`${PLACE.baseUrl}/.cache/personas/${PLACE.key}`);
    expect(kept?.headers.get("Cache-Control")).toBe(`public, max-age=${ms / SECOND_MS}`);
    await kept?.body?.cancel();
  },
  "anonymous chats that named no persona of theirs": async (ms, { anonymous, askedAt }) => {
    const { streamId } = anonymous;
    const reader = await resume(streamId, 0);
    expect(reader.status).toBe(200); // it is there still
    await reader.body?.cancel();
    const object = env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
    const ends = await runInDurableObject(object, (_, { storage }) =>
      [...storage.sql.exec<{ at: number }>("SELECT MAX(expiresAt) AS at FROM runs")].map(({ at }) => at),
    );
    expect(ends[0]).toBeGreaterThan(askedAt);
    expect(ends[0]).toBeLessThanOrEqual(askedAt + ms);
  },
  "queued messages of pregeneration, which are dropped unread": messageOfErased,
  "a batch at the upstream that is under way, whose file goes when it ends": (ms) => {
    expect(ms).toBeGreaterThan(DAY_MS); // its completion window, and a tick of the cron after it
  },
  "the platform's logs and traces, by hashes and ids": (_, { lines, leadData }) => {
    expect(lines).toContain("personas/generate");
    for (const words of [EMAIL, leadData.name]) expect(lines).not.toContain(words);
  },
  "backups: D1's and the Durable Objects' point-in-time recovery": (ms) => expect(ms).toBe(30 * DAY_MS),
  "the upstream's abuse monitoring": async (ms, { leadData }) => {
    const [asked] = await calls(leadData.name);
    expect(asked?.body.store).toBe(false); // so that nothing else keeps it there
    expect(JSON.stringify(asked)).not.toContain(EMAIL);
    expect(ms).toBe(30 * DAY_MS);
  },
  "browsers and proxies that have loaded a portrait": (ms, { portrait }) => {
    expect(portrait.headers.get("Cache-Control")).toContain(`max-age=${ms / SECOND_MS}`);
  },
};

describe("the receipt of an erasure", () => {
  it("names every place that is left, and each is as it says", async () => {
    const made = await receipt();
    expect(made.remains.map(({ where }) => where).toSorted()).toEqual(Object.keys(LOOKS).toSorted());
    for (const { where, until: ends } of made.remains) {
      const ms = Date.parse(ends) - made.answeredAt;
      const rounded = Math.round(ms / SECOND_MS) * SECOND_MS;
      await LOOKS[where]?.(rounded, made);
    }
  });
});
