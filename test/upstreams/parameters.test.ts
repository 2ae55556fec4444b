import { describe, expect, it } from "vitest";
import type { Step } from "../../dev/stand-in/script.ts";
import { generate, newLead, problemOf, setOf } from "../support/api.ts";
import { answerOf, ask, chat, newQuestion } from "../support/chat.ts";
import { calls, script } from "../support/upstream.ts";

const named = (param: string): Step => ({
  status: 400,
  body: { error: { message: `Unsupported parameter: '${param}'`, param, code: "unsupported_parameter" } },
});
const said = (message: string): Step => ({ status: 400, body: { error: { message } } });
const listed = (...names: string[]): Step => ({
  status: 422,
  body: { detail: names.map((name) => ({ type: "extra_forbidden", loc: ["body", name], msg: "no" })) },
});

/** Scripted, since the stand-in as it is takes the newer spelling alone. */
const ANSWER: Step = {
  rawStream: ['data: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\n'],
};

/** The bodies of a new question's calls, where the first of them are answered so. */
async function chatCalls(...steps: Step[]): Promise<Record<string, unknown>[]> {
  const question = newQuestion();
  await script(question, [...steps, ANSWER]);
  await answerOf(await chat(ask(question)));
  return (await calls(question)).map(({ body }) => body);
}

// One after another: what was refused is remembered, so each begins without what those before it lost.
describe("what a server refuses of a chat", () => {
  it("is dropped as soon as it is named, and remembered", async () => {
    const [first, second, ...none] = await chatCalls(named("prompt_cache_key"));
    expect(none).toEqual([]);
    expect(first).toHaveProperty("prompt_cache_key");
    expect(second).not.toHaveProperty("prompt_cache_key");
    const [next, ...others] = await chatCalls();
    expect(others).toEqual([]);
    expect(next).not.toHaveProperty("prompt_cache_key");
    expect(next).toHaveProperty("safety_identifier");
  });

  it("may be a part of a parameter", async () => {
    const [, body] = await chatCalls(said("unknown field `include_obfuscation`"));
    expect(body).toMatchObject({ stream_options: { include_usage: true } });
    expect(body?.stream_options).not.toHaveProperty("include_obfuscation");
  });

  it("may be said beside another error", async () => {
    const message = "body must not have the property 'store'";
    const [, body] = await chatCalls({
      status: 400,
      body: { statusCode: 400, error: "Bad Request", message },
    });
    expect(body).not.toHaveProperty("store");
  });

  it("is spelt in the older way where there is one", async () => {
    const [, body] = await chatCalls(listed("max_completion_tokens"));
    expect(body).toMatchObject({ max_tokens: 4_000 });
    expect(body).not.toHaveProperty("max_completion_tokens");
  });

  it("may be several at once, which is one call more", async () => {
    const bodies = await chatCalls(listed("safety_identifier", "stream_options"));
    expect(bodies).toHaveLength(2);
    for (const name of ["safety_identifier", "stream_options"]) expect(bodies[1]).not.toHaveProperty(name);
  });

  it("is no refusal where it was not sent: the answer is the error, and no call follows", async () => {
    const question = newQuestion();
    await script(question, [named("store")], true);
    expect((await problemOf(await chat(ask(question)))).code).toBe("upstream_rejected");
    expect(await calls(question)).toHaveLength(1);
  });
});

describe("what a server refuses of personas", () => {
  it("is none of the three calls", async () => {
    const leadData = newLead();
    const failed = { status: 500, body: "" };
    await script(leadData.name, [
      named("reasoning_effort"),
      failed,
      listed("store", "safety_identifier"),
      failed,
      named("prompt_cache_key"),
    ]);
    await setOf(await generate({ leadData }));
    const made = await calls(leadData.name);
    const bodies = made.filter(({ body }) => body.model === "gpt-6.1-terra");
    expect(made.length).toBeGreaterThan(5);
    expect(bodies.at(-1)?.body).not.toHaveProperty("reasoning_effort");
  });

  it("may be the strict schema: it is said in words, and a set is made", async () => {
    const leadData = newLead();
    await script(leadData.name, [named("response_format")]);
    const { personas } = await setOf(await generate({ leadData: newLead(), config: { count: 1 } }));
    const { id: _, imageUrl: __, imageStatus: ___, ...traits } = personas[0] as (typeof personas)[number];
    await script(leadData.name, [
      named("response_format"),
      { content: `\`\`\`json\n${JSON.stringify({ personas: [traits] })}\n\`\`\`` },
    ]);
    await setOf(await generate({ leadData, config: { count: 1 } }));
    const bodies = (await calls(leadData.name)).map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ response_format: { type: "json_object" } });
    expect(JSON.stringify(bodies[1]?.messages)).toContain("JSON Schema");
  });

  it("is no call at all where neither spelling of the limit is taken", async () => {
    const leadData = newLead();
    await script(leadData.name, [listed("max_completion_tokens"), listed("max_tokens")], true);
    expect((await problemOf(await generate({ leadData }))).code).toBe("upstream_rejected");
    expect(await calls(leadData.name)).toHaveLength(2);
    const again = newLead();
    expect((await problemOf(await generate({ leadData: again }))).code).toBe("upstream_rejected");
    expect(await calls(again.name)).toHaveLength(0);
  });
});
