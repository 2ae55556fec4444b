import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import worker from "../../src/worker.ts";
import { call, generate, problemOf } from "../support/api.ts";
import { cron, DAILY, QUEUE } from "../support/portraits.ts";

describe("a variable that does not parse", () => {
  it("stops every request under /api and /images, without saying which to the caller", async () => {
    const asked = [
      generate({ leadData: {} }),
      call("/api/health"),
      call(`/images/${"a".repeat(64)}`),
      call("/api/x"),
    ];
    for (const response of await Promise.all(asked)) {
      const problem = await problemOf(response);
      expect([response.status, problem.code]).toEqual([500, "invalid_configuration"]);
      expect(JSON.stringify(problem)).not.toContain("UPSTREAM_TIMEOUT_MS");
    }
  });

  it("leaves a bell for later, and cron alone", async () => {
    const batch = createMessageBatch(QUEUE, [{ id: "1", timestamp: new Date(), attempts: 1, body: {} }]);
    await worker.queue(batch, env);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.retryBatch).toMatchObject({ retry: true });
    await cron(DAILY);
  });

  it("keeps no row of the log from its table", async () => {
    const body = {
      id: "a-run",
      createdAt: Date.now(),
      route: "/api/chat",
      status: 200,
      requestHash: "a",
      callerAddressHash: "b",
      model: "m",
      calls: 1,
      inputTokens: 1,
      cachedInputTokens: 0,
      outputTokens: 1,
      costUsd: 1,
      upstreamMs: 1,
      totalMs: 1,
    };
    const message = { id: "1", timestamp: new Date(), attempts: 1, body };
    await worker.queue(createMessageBatch("asknewton-chat-log", [message]), env);
    expect(await env.DB.prepare("SELECT cost_usd FROM request_log").first()).toEqual({ cost_usd: 1 });
  });

  it("makes the service unready, which is what ready is for", async () => {
    const response = await call("/api/ready");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "unready",
      checks: { config: "error", d1: "ok", r2: "ok" },
    });
  });
});
