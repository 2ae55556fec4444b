import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import worker from "../../src/worker.ts";
import { call, generate, newLead, post } from "../support/api.ts";
import { allOf, keepsToItself, listenToLog } from "../support/discretion.ts";

/** As lines of a stack would be. */
const WORDS = "x\n    at ann@secret.example (078-05-1120:1:1)\nat ann@secret.example 078-05-1120";
const PARTS = ["ann@secret", "secret.example", "078-05-1120"];
const TABLES = ["persona_cache", "request_log", "persona_images", "pregenerate_inputs"];

const rename = async (name: (table: string) => [from: string, to: string]) => {
  for (const table of TABLES) {
    const [from, to] = name(table);
    await env.DB.prepare(`ALTER TABLE ${from} RENAME TO ${to}`).run();
  }
};

/** Each makes D1 be asked, with words of the caller's where there is a place for them. */
const REQUESTS: [what: string, send: () => Promise<Response>][] = [
  ["a set's id", () => call(`/api/personas/${encodeURIComponent(WORDS)}`)],
  ["a portrait's key", () => call(`/images/${"a".repeat(64)}?${encodeURIComponent(WORDS)}`)],
  [
    "a chat's persona",
    () =>
      post("/api/chat", {
        messages: [{ role: "user", content: WORDS }],
        persona: { setId: WORDS, personaId: WORDS },
      }),
  ],
  [
    "a lead and an e-mail",
    () => generate({ leadData: { ...newLead(), words: WORDS }, email: "ann@secret.example" }),
  ],
  [
    "a lead with an Idempotency-Key",
    () =>
      generate(
        { leadData: { ...newLead(), words: WORDS } },
        { "Idempotency-Key": `078-05-1120-${crypto.randomUUID()}` },
      ),
  ],
];

describe("where D1 fails", () => {
  beforeAll(() => rename((table) => [table, `${table}_away`]));
  afterAll(() => rename((table) => [`${table}_away`, table]));

  it.each(REQUESTS)(
    "nothing of %s is in the log or in the answer, and the log says what failed",
    async (_, send) => {
      const log = listenToLog();
      const response = await send();
      if (response.status >= 400) keepsToItself(await allOf(response), ...PARTS);
      else await response.text();
      keepsToItself(log.lines(), ...PARTS);
      if (response.status >= 500) expect(log.lines()).toContain('"reason":"no such table"');
    },
  );

  it("a queue's messages are kept for another try, and the log says why", async () => {
    const log = listenToLog();
    const message = { id: "1", timestamp: new Date(), attempts: 1, body: {} };
    const batch = createMessageBatch("asknewton-image-jobs", [message]);
    await worker.queue(batch, env as never);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.retryBatch).toMatchObject({ retry: true });
    expect(log.lines()).toContain('"event":"consumer.failed"');
    expect(log.lines()).toContain('"reason":"no such table"');
  });
});
