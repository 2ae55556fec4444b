import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { eventsOf, generate, generateStream, newLead, problemOf, setOf } from "../support/api.ts";
import { ask, chat, chatStream, newQuestion, textOf } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

const missing = { status: 404, body: { error: { code: "model_not_found", message: "no such model" } } };
const broken = { status: 500, body: "" };
const busy = { status: 429, headers: { "retry-after": "60" }, body: "" };

async function modelsAsked(match: string): Promise<unknown[]> {
  return (await calls(match)).map(({ body }) => body.model);
}

describe.concurrent("a model that cannot answer", () => {
  it.each([
    ["does not exist", missing],
    ["is overloaded for long", busy],
    ["is broken", broken],
  ])("and %s is followed by the next, which is named in the answer and in the log", async (_, step) => {
    const question = newQuestion();
    await script(question, [step]);
    const response = await chat(ask(question));
    expect(await response.json()).toMatchObject({ model: "test-second", finishReason: "stop" });
    expect(await modelsAsked(question)).toEqual(["gpt-6-luna", "test-second"]);

    const leadData = newLead();
    await script(leadData.name, [step]);
    const set = await setOf(await generate({ leadData }));
    expect(set.model).toBe("test-second");
    expect(await modelsAsked(leadData.name)).toEqual(["gpt-6.1-terra", "test-second"]);
    expect((await setOf(await generate({ leadData }))).model).toBe("test-second");
    const query = "SELECT model, calls FROM request_log WHERE set_id = ?";
    const row = await env.DB.prepare(query).bind(set.setId).first();
    expect(row).toMatchObject({ model: "test-second", calls: 2 });
  });

  it("gets no second call before each has had its first, and three are made in all", async () => {
    const question = newQuestion();
    await script(question, [broken], true);
    expect((await problemOf(await chat(ask(question)))).code).toBe("upstream_error");
    expect(await modelsAsked(question)).toEqual(["gpt-6-luna", "test-second", "test-third"]);

    const leadData = newLead();
    await script(leadData.name, [broken], true);
    expect((await problemOf(await generate({ leadData }))).code).toBe("upstream_error");
    expect(await modelsAsked(leadData.name)).toEqual(["gpt-6.1-terra", "test-second", "gpt-6.1-terra"]);
  });

  it("is not followed where the request was refused, or text has gone out", async () => {
    const question = newQuestion();
    await script(question, [{ status: 400, body: "" }], true);
    expect((await problemOf(await chat(ask(question)))).code).toBe("upstream_rejected");
    expect(await calls(question)).toHaveLength(1);

    const cut = newQuestion();
    await script(cut, [{ content: "Hello there, you", chunkDelayMs: 60, dropAfterChunks: 2 }]);
    const events = await eventsOf(await chatStream(ask(cut)));
    expect(textOf(events)).not.toBe("");
    expect(events.at(-1)).toMatchObject({ error: { code: "upstream_error" } });
    expect(await calls(cut)).toHaveLength(1);
  });

  it("is named in a stream's last event", async () => {
    const [question, leadData] = [newQuestion(), newLead()];
    await script(question, [missing]);
    await script(leadData.name, [missing]);
    const last = [
      (await eventsOf(await chatStream(ask(question)))).at(-1),
      (await eventsOf(await generateStream({ leadData }))).at(-1),
    ];
    expect(last).toMatchObject([
      { done: true, model: "test-second" },
      { done: true, model: "test-second" },
    ]);
  });
});

describe.concurrent("every text call", () => {
  it("keeps nothing upstream, names the caller by a pseudonym, and its conversation by another", async () => {
    const [first, second] = [newQuestion(), newQuestion()];
    await chat(ask(first));
    const turn = {
      messages: [
        { role: "user", content: first },
        { role: "assistant", content: "A." },
      ],
    };
    await chat({ messages: [...turn.messages, { role: "user", content: "And then?" }] });
    await chat(ask(second));
    const bodies = (await calls(first)).concat(await calls(second)).map(({ body }) => body);
    expect(bodies).toHaveLength(3);
    for (const { store, safety_identifier: caller, prompt_cache_key: key } of bodies) {
      expect(store).toBe(false);
      expect(caller).toMatch(/^[0-9a-f]{64}$/);
      expect(key).toMatch(/^[0-9a-f]{64}$/);
      expect(caller).toBe(bodies[0]?.safety_identifier);
    }
    expect(bodies[1]?.prompt_cache_key).toBe(bodies[0]?.prompt_cache_key);
    expect(bodies[2]?.prompt_cache_key).not.toBe(bodies[0]?.prompt_cache_key);
  });

  it("differs by caller, also in personas", async () => {
    const leads = [newLead(), newLead()];
    await generate({ leadData: leads[0] }, { "CF-Connecting-IP": "192.0.2.1" });
    await generate({ leadData: leads[1] }, { "CF-Connecting-IP": "192.0.2.2" });
    const bodies = await Promise.all(leads.map(async ({ name }) => (await calls(name))[0]?.body));
    expect(bodies[0]?.safety_identifier).not.toBe(bodies[1]?.safety_identifier);
    expect(bodies[0]).toMatchObject({ store: false, prompt_cache_key: "personas-1-3" });
  });

  it("carries the operator's headers, and no effort where it is the default", async () => {
    const question = newQuestion();
    await chat(ask(question));
    const [call] = await calls(question);
    expect(call?.headers).toMatchObject({
      "cf-aig-authorization": "Bearer token-of-a-gateway",
      "openai-project": "p",
    });
    expect(call?.body).not.toHaveProperty("reasoning_effort");
  });
});
