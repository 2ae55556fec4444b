import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RunRow } from "../../src/db/request-log.ts";
import worker from "../../src/worker.ts";
import { until } from "../support/api.ts";
import { answerOf, ask, chat, newQuestion } from "../support/chat.ts";
import { wrapDatabase } from "../support/database.ts";
import { listenToLog } from "../support/discretion.ts";
import { wrapQueues } from "../support/queue.ts";
import { script } from "../support/upstream.ts";

const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";

let used = 70_000;
/** A chat whose row is recognised by what it used. */
async function answeredChat() {
  used += 1;
  const question = newQuestion();
  await script(question, [
    { usage: { prompt_tokens: used, completion_tokens: 10, total_tokens: used + 10 } },
  ]);
  return { input: used, send: async () => await answerOf(await chat(ask(question))) };
}

async function rows(inputTokens: number) {
  const query = "SELECT calls, status FROM request_log WHERE input_tokens = ?";
  return (await env.DB.prepare(query).bind(inputTokens).all()).results;
}

/** The sum of one total over all days. */
async function total(name: string): Promise<number> {
  const query = "SELECT SUM(value) AS sum FROM daily_totals WHERE name = ?";
  return (await env.DB.prepare(query).bind(name).first<{ sum: number | null }>())?.sum ?? 0;
}

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM daily_totals").run();
});

describe("the log row of a chat", () => {
  it.each([
    ["refuses it first", async () => {}],
    [
      "takes it and its answer is lost",
      async (send: () => Promise<Response>) => (await send()).body?.cancel(),
    ],
  ])("is there once, and counted once, where D1 %s", async (_, first) => {
    const { input, send } = await answeredChat();
    let tries = 0;
    let landed = false;
    const unwrap = wrapDatabase(async (sql, pass) => {
      if (!sql.includes(String(input))) return await pass();
      tries += 1;
      if (tries === 1) {
        await first(pass);
        throw new Error(OVERLOADED);
      }
      const response = await pass();
      landed = true;
      return response;
    });
    try {
      await send();
      await until("it is written again", async () => landed);
    } finally {
      unwrap();
    }
    expect(await rows(input)).toEqual([{ calls: 1, status: 200 }]);
    expect(await total("tokens.input")).toBe(input);
    expect(await total("generated")).toBe(1);
  });

  it("is written without the queue where that takes nothing", async () => {
    const { input, send } = await answeredChat();
    const unwrap = wrapQueues(() => Promise.reject(new Error("Queue send failed: Internal Server Error")));
    try {
      await send();
      await until("it is logged", async () => (await rows(input)).length === 1);
    } finally {
      unwrap();
    }
    expect(await total("tokens.input")).toBe(input);
  });
});

const DAY = Date.parse("2026-03-04T00:00:00Z");
function newRow(more: Partial<RunRow> = {}): RunRow {
  const who = { requestHash: "a".repeat(64), callerAddressHash: "b".repeat(64) };
  const tokens = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 10 };
  const cost = { model: "m", calls: 1, costUsd: 0.25, upstreamMs: 1, totalMs: 2 };
  const run = { id: crypto.randomUUID(), createdAt: DAY, route: "/api/chat", status: 200 };
  return { ...run, ...who, ...tokens, ...cost, ...more };
}

/** Of the days around the rows'. */
async function totals(): Promise<unknown[]> {
  const query = "SELECT day, name, value FROM daily_totals WHERE day < '2026-04' ORDER BY day, name";
  return (await env.DB.prepare(query).all()).results;
}

/** One invocation of the consumer, and what it says of the messages. */
async function deliver(bodies: readonly RunRow[], attempts = 1) {
  const messages = bodies.map((body) => ({ id: body.id, timestamp: new Date(), attempts, body }));
  const batch = createMessageBatch("asknewton-chat-log", messages);
  const retries = batch.messages.map((message) => vi.spyOn(message, "retry"));
  await worker.queue(batch, env);
  const result = await getQueueResult(batch, createExecutionContext());
  return { result, delays: retries.map(({ mock }) => mock.lastCall?.[0]?.delaySeconds) };
}

describe("the consumer of the log's queue", () => {
  it("counts a run once, however often its row comes, on the UTC day of its end", async () => {
    const [late, early] = [newRow({ createdAt: DAY - 1 }), newRow({ cachedInputTokens: 7 })];
    await deliver([late, early, late]);
    await deliver([late, early]);
    await deliver([newRow({ costUsd: 0.5 })]);
    expect(await totals()).toEqual([
      { day: "2026-03-03", name: "generated", value: 1 },
      { day: "2026-03-03", name: "spentUsd", value: 0.25 },
      { day: "2026-03-03", name: "tokens.input", value: 100 },
      { day: "2026-03-03", name: "tokens.output", value: 10 },
      { day: "2026-03-04", name: "generated", value: 2 },
      { day: "2026-03-04", name: "spentUsd", value: 0.75 },
      { day: "2026-03-04", name: "tokens.cachedInput", value: 7 },
      { day: "2026-03-04", name: "tokens.input", value: 200 },
      { day: "2026-03-04", name: "tokens.output", value: 20 },
    ]);
  });

  it("keeps what the last life of a run has said of it, whichever row comes last", async () => {
    const first = newRow({ status: 502, code: "upstream_error" });
    const second = newRow({ id: first.id, calls: 2 });
    const found = () =>
      env.DB.prepare("SELECT calls, status, code FROM request_log WHERE id = ?").bind(first.id).first();
    await deliver([second, first]);
    expect(await found()).toEqual({ calls: 2, status: 200, code: null });
    await deliver([first]);
    expect(await found()).toEqual({ calls: 2, status: 200, code: null });
  });

  it("gives what D1 does not take back to the queue for a day, then says which run it was", async () => {
    const unwrap = wrapDatabase(() => Promise.reject(new Error(OVERLOADED)));
    const log = listenToLog();
    const bodies = [newRow(), newRow()];
    const ids = bodies.map(({ id }) => id);
    try {
      for (const [attempts, delaySeconds] of [
        [1, 2],
        [2, 4],
        [11, 2_048],
        [12, 3_600],
        [35, 3_600],
      ] as const) {
        const { result, delays } = await deliver(bodies, attempts);
        expect(result.retryMessages).toEqual(ids.map((msgId) => ({ msgId })));
        expect(delays).toEqual([delaySeconds, delaySeconds]);
      }
      expect(log.lines()).not.toContain("store.given_up");
      const { result } = await deliver(bodies, 36);
      expect([result.retryMessages, result.explicitAcks]).toEqual([[], ids]);
    } finally {
      unwrap();
    }
    const lost = log
      .lines()
      .split("\n")
      .filter((line) => line.includes('"store.given_up"'));
    expect(lost.map((line) => JSON.parse(line))).toEqual(
      ids.map((run) => ({
        time: expect.any(String),
        level: "error",
        event: "store.given_up",
        run,
        count: 36,
        costUsd: 0.25,
      })),
    );
  });
});
