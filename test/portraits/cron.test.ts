import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/db/client.ts";
import { requestLog } from "../../src/db/schema.ts";
import { toObjectName } from "../../src/portraits/key.ts";
import { generate, newLead, setOf } from "../support/api.ts";
import {
  announce,
  becomes,
  consume,
  consumeAll,
  cron,
  DAILY,
  FIVE_MINUTES,
  imageCalls,
  ledger,
  newMarker,
} from "../support/portraits.ts";

const DAY_MS = 86_400_000;

describe("the five-minute cron", () => {
  it("picks up what the queue lost", async () => {
    const marker = newMarker();
    const [key = ""] = await announce([marker]); // and no bell
    await cron(FIVE_MINUTES);
    await becomes(key, "ready");
    expect(await imageCalls(marker)).toHaveLength(1);
  });
});

describe("the daily cron", () => {
  it("finds portraits that are gone from R2, among those that are not, and has them made again", async () => {
    const marker = newMarker();
    const markers = Array.from({ length: 30 }, (_, index) => `${marker} ${index}.`);
    const keys = await announce(markers);
    await consumeAll(keys);
    const lost = new Set([keys[0], keys[7], keys[29]]);
    await env.IMAGES.delete([...lost].map((key = "") => toObjectName(key)));
    await cron(DAILY);
    for (const key of lost) await becomes(key ?? "", "ready");
    expect(await imageCalls(marker)).toHaveLength(33);
    const rows = await ledger(keys);
    expect(rows.every(({ status }) => status === "ready")).toBe(true);
    const cursor = await env.DB.prepare("SELECT position FROM job_cursors").first<{ position: string }>();
    expect(cursor?.position).toBe(""); // all was seen: tomorrow begins at the first
  });

  it("forgets what is past retention, and nothing else", async () => {
    const zero = { calls: 1, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, costUsd: 0 };
    const times = { upstreamMs: 0, totalMs: 0 };
    const row = (id: string, ageDays: number) => ({
      id,
      createdAt: Date.now() - ageDays * DAY_MS,
      route: "/x",
      requestHash: "h",
      status: 200,
      model: "m",
      ...zero,
      ...times,
      callerAddressHash: "a",
    });
    const db = openDatabase(env.DB);
    for (const [id, age] of [
      ["old", 31],
      ["older", 400],
      ["young", 29],
    ] as const)
      await db.insert(requestLog).values(row(id, age));
    const day = (ageDays: number) => new Date(Date.now() - ageDays * DAY_MS).toISOString().slice(0, 10);
    const insert = env.DB.prepare("INSERT INTO image_days (day) VALUES (?)");
    await env.DB.batch([insert.bind(day(402)), insert.bind(day(398))]);
    await cron(DAILY);
    const { results } = await env.DB.prepare("SELECT id FROM request_log WHERE model = 'm'").all();
    expect(results).toEqual([{ id: "young" }]);
    const days = await env.DB.prepare("SELECT day FROM image_days ORDER BY day LIMIT 1").all();
    expect(days.results).toEqual([{ day: day(398) }]);
  });
});

describe("any cron", () => {
  it("forgets Idempotency-Keys that are past their time, and no others", async () => {
    const keys = [crypto.randomUUID(), crypto.randomUUID()];
    const bodies = keys.map(() => ({ leadData: newLead(), config: { count: 1 } }));
    const ask = (index: number) => generate(bodies[index], { "Idempotency-Key": keys[index] ?? "" });
    const first = await setOf(await ask(0));
    const expire = "UPDATE request_log SET expires_at = ? WHERE set_id = ? AND id LIKE 'key-%'";
    await env.DB.prepare(expire).bind(Date.now(), first.setId).run();
    const { setId } = await setOf(await ask(1));
    await cron(FIVE_MINUTES);
    const rows = "SELECT set_id FROM request_log WHERE id LIKE 'key-%'";
    expect((await env.DB.prepare(rows).all()).results).toEqual([{ set_id: setId }]);
    const runs = "SELECT COUNT(*) AS n FROM request_log WHERE set_id = ?";
    expect(await env.DB.prepare(runs).bind(first.setId).first()).toEqual({ n: 1 }); // what it cost stays
  });
});

describe("a dead letter", () => {
  it("is taken note of, and no work is done for it", async () => {
    const marker = newMarker();
    await announce([marker]);
    await consume("asknewton-image-jobs-dead");
    expect(await imageCalls(marker)).toEqual([]);
  });
});
