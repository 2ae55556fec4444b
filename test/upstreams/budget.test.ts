import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate, newLead, problemOf, setOf } from "../support/api.ts";
import { answerOf, ask, chat, newQuestion } from "../support/chat.ts";
import { spentToday } from "../support/ledger.ts";
import { calls } from "../support/upstream.ts";

const LIMIT_USD = 50;

/** Sets all of today's money aside but this. */
async function leave(id: string, usd: number): Promise<void> {
  const today = env.SPEND.get(env.SPEND.idFromName(new Date().toISOString().slice(0, 10)));
  await today.reserve("opened", 0, LIMIT_USD);
  await today.reserve(id, LIMIT_USD - usd - (await spentToday()), LIMIT_USD);
}

async function modelsAsked(match: string): Promise<unknown[]> {
  return (await calls(match)).map(({ body }) => body.model);
}

describe("a model that would cost more than is left of the day's money", () => {
  // the first models' worst cases are 0.0017 and 0.04 dollars, the second's some 0.0001
  beforeAll(() => leave("nearly all", 0.001));
  afterAll(async () => {
    const today = env.SPEND.get(env.SPEND.idFromName(new Date().toISOString().slice(0, 10)));
    for (const id of ["nearly all", "the rest"]) await today.settle(id, 0);
  });

  it("is not asked, and the next is, which costs less: in chat", async () => {
    const question = newQuestion();
    expect(await answerOf(await chat(ask(question)))).toMatchObject({ model: "test-second" });
    expect(await modelsAsked(question)).toEqual(["test-second"]);
  });

  it("and for personas", async () => {
    const leadData = newLead();
    expect((await setOf(await generate({ leadData }))).model).toBe("test-second");
    expect(await modelsAsked(leadData.name)).toEqual(["test-second"]);
  });

  it("is followed by none where all cost too much: that is the answer", async () => {
    await leave("the rest", 0.000001);
    const [question, leadData] = [newQuestion(), newLead()];
    for (const response of [await chat(ask(question)), await generate({ leadData })]) {
      expect((await problemOf(response)).code).toBe("budget_exhausted");
      expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    expect(await calls(question)).toEqual([]);
    expect(await calls(leadData.name)).toEqual([]);
  });
});
