import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generateStream, newLead } from "../support/api.ts";
import { ask, chatStream, newQuestion, stopKey } from "../support/chat.ts";
import { spentToday, whileLedgerIsHeld } from "../support/ledger.ts";
import { calls } from "../support/upstream.ts";

describe("between a call's reservation of money and the call", () => {
  it("a stop by key is answered at once, and nothing is paid", async () => {
    const question = newQuestion();
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    await whileLedgerIsHeld(async () => {
      const stream = await chatStream(ask(question), headers); // begins with a comment: it waits for its money
      expect((await stopKey(headers["Idempotency-Key"])).status).toBe(204);
      expect((await eventsOf(stream)).at(-1)).toMatchObject({ done: true, finishReason: "stopped" });
    });
    await expect.poll(spentToday).toBe(0);
    expect(await calls(question)).toEqual([]);
  });

  it("an erasure is answered at once, and nothing is paid", async () => {
    const leadData = newLead();
    await whileLedgerIsHeld(async () => {
      const stream = await generateStream({ leadData });
      const [key = ""] = (stream.headers.get("X-Stream-Id") ?? "").split(".");
      expect(await env.PERSONA_GENERATIONS.get(env.PERSONA_GENERATIONS.idFromName(key)).forget()).toBe(true);
      expect((await eventsOf(stream)).at(-1)).toMatchObject({ error: { code: "interrupted" } });
    });
    await expect.poll(spentToday).toBe(0);
    expect(await calls(leadData.name)).toEqual([]);
  });
});
