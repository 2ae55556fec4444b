import { randomUUID } from "node:crypto";
import { asRecord, type JsonObject } from "../json.ts";
import { eventsOf, expect, jsonOf, type Service, type StreamEvent } from "./service.ts";
import type { Checks } from "./session.ts";

const LONG = "Explain deductibles, premiums and copays in some three hundred words.";
const SHORT = "What is a deductible? Answer in one sentence.";
const STOP_MS = 1_000;

async function start(service: Service, body: JsonObject, key = randomUUID()) {
  const headers = { "Idempotency-Key": key };
  const response = await service.stream("/api/chat/stream", { body, headers });
  const id = response.headers.get("X-Stream-Id");
  expect(id !== null, `the stream has no X-Stream-Id (${response.status})`);
  return { id, events: eventsOf(response) };
}

const textOf = (events: readonly StreamEvent[]) => events.map(({ content = "" }) => content).join("");

const textIn = ({ message }: JsonObject) => String(asRecord(message)?.content);

/** Hangs up after so many events. */
async function take(events: AsyncGenerator<StreamEvent>, most: number): Promise<StreamEvent[]> {
  const taken: StreamEvent[] = [];
  for await (const event of events) if (taken.push(event) >= most) break;
  return taken;
}

export const chatChecks: Checks = {
  async "a stream that is cut resumes exactly"({ service, question }) {
    const { id, events } = await start(service, await question(`${LONG} (${randomUUID()})`));
    const first = await take(events, 3);
    const path = `/api/chat/streams/${id}`;
    const headers = { "Last-Event-ID": String(first.at(-1)?.id) };
    const rest = await take(eventsOf(await service.stream(path, { headers })), Infinity);
    const all = [...first, ...rest];
    const isWhole = all.every((event, at) => event.id === at + 1);
    expect(isWhole, `its ids are ${all.map((event) => event.id)}`);
    const end = all.at(-1);
    expect(end?.done === true, `it ends with ${end?.error?.code ?? "no event"}`);
    const whole = await take(eventsOf(await service.stream(`${path}?after=0`)), Infinity);
    expect(textOf(whole) === textOf(all), "what was put together is not the whole answer");
    return `${first.length} events, then ${rest.length}`;
  },

  async "a stop ends it within a second"({ service, question }) {
    const { id, events } = await start(service, await question(`${LONG} (${randomUUID()})`));
    await events.next();
    const { status } = await service.ask(`/api/chat/streams/${id}`, { method: "DELETE" });
    const at = performance.now();
    expect(status === 204, `DELETE answers ${status}`);
    const rest = await take(events, Infinity);
    const took = Math.round(performance.now() - at);
    const reason = rest.at(-1)?.finishReason;
    expect(reason === "stopped", `the reader's last word is ${reason}`);
    expect(took <= STOP_MS, `the reader learned of it after ${took} ms`);
    return `${took} ms`;
  },

  async "a key is replayed, and refused with another body"({ service, question }) {
    const headers = { "Idempotency-Key": randomUUID() };
    const body = await question(`${SHORT} (${randomUUID()})`);
    const first = await service.json("/api/chat", { body, headers });
    const answer = await service.ask("/api/chat", { body, headers });
    const again = jsonOf(answer);
    expect(answer.header("Idempotency-Replayed") === "true", "it is not said to be a replay");
    const same = again.streamId === first.streamId && textIn(again) === textIn(first);
    expect(same, "the second answer is another");
    const other = await question("Something else.");
    const { code } = await service.json("/api/chat", { body: other, headers }, 422);
    expect(code === "idempotency_key_reused", `its code is ${code}`);
    return "replayed, then 422";
  },

  async "an answer survives that its reader hangs up"({ service, question }) {
    const key = randomUUID();
    const body = await question(`${SHORT} (${randomUUID()})`);
    const { id, events } = await start(service, body, key);
    const seen = textOf(await take(events, 1));
    const headers = { "Idempotency-Key": key };
    const answer = await service.json("/api/chat", { body, headers });
    expect(answer.streamId === id, "the same send began another run");
    const text = textIn(answer);
    expect(text.startsWith(seen), "the whole answer does not begin with what was seen");
    return `${text.length} characters`;
  },
};
