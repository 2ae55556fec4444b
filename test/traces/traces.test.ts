import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { ADMIN } from "../support/admin.ts";
import { call, eventsOf, generate, newLead, post, setOf, until, whenReady } from "../support/api.ts";

interface TraceEvent {
  readonly type: string;
  readonly name?: string;
  readonly spanId?: string;
  readonly trace: string;
  readonly span?: string;
  readonly info?: readonly { readonly name: string; readonly value: unknown }[];
}

/** All that the platform has traced by now, of its own and of ours. */
async function traced(): Promise<TraceEvent[]> {
  const { TAIL } = env as unknown as { TAIL: Fetcher };
  return (await (await TAIL.fetch("http://tail/")).json()) as TraceEvent[];
}

/** The spans of a name, with the attributes that they were given. */
async function spansOf(wanted: RegExp) {
  const events = await traced();
  const opened = events.filter(({ type, name = "" }) => type === "spanOpen" && wanted.test(name));
  return opened.map(({ spanId, trace }) => {
    const noted = events.filter(({ type, span }) => type === "attributes" && span === spanId);
    const attributes = noted.flatMap(({ info = [] }) => info.map((one) => [one.name, one.value] as const));
    return { trace, attributes: Object.fromEntries(attributes) };
  });
}

const EMAIL = "maria.alvarez@example.org";
const WORDS = "what Maria asks of nobody else";
const { name: NAME } = newLead();

beforeAll(async () => {
  const set = await setOf(await generate({ leadData: { name: NAME }, email: EMAIL }));
  await whenReady(set.setId);
  await eventsOf(await post("/api/chat/stream", { messages: [{ role: "user", content: WORDS }] }));
  await (await call("/api/admin/stats?days=1", { headers: ADMIN })).body?.cancel();
  await until("the chat's call has been traced to its end", async () => {
    const calls = await spansOf(/^chat /);
    return calls.length >= 2 && calls.every(({ attributes }) => "gen_ai.usage.output_tokens" in attributes);
  });
});

describe("a trace", () => {
  it.each([
    ["run personas", /^run personas$/, ["asknewton.run.id", "asknewton.outcome"]],
    ["run chat", /^run chat$/, ["asknewton.run.id", "asknewton.outcome"]],
    [
      "a call for text",
      /^chat /,
      ["gen_ai.request.model", "gen_ai.usage.input_tokens", "asknewton.cost_usd"],
    ],
    ["a call for an image", /^generate_content /, ["gen_ai.request.model", "asknewton.cost_usd"]],
    ["the sizes of a portrait", /^portraits\.sizes$/, []],
  ])("has a span of %s", async (_, wanted, attributes) => {
    const spans = await spansOf(wanted);
    expect(spans.length).toBeGreaterThan(0);
    for (const span of spans)
      expect(Object.keys(span.attributes)).toEqual(expect.arrayContaining(attributes));
  });

  it("has a run's calls beside the run", async () => {
    const runs = (await spansOf(/^run /)).map(({ trace }) => trace);
    for (const { trace } of await spansOf(/^chat /)) expect(runs).toContain(trace);
  });

  it("holds nothing that a person wrote, and no secret, in the platform's own spans neither", async () => {
    const isOfSpan = ({ type }: TraceEvent) => type === "spanOpen" || type === "attributes";
    const all = JSON.stringify((await traced()).filter(isOfSpan));
    expect(all).toContain("asknewton.run.id");
    for (const secret of [NAME, EMAIL, WORDS, "test-key", ADMIN.Authorization]) {
      expect(all.includes(secret), secret).toBe(false);
    }
  });
});
