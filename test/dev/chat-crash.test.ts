import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { EventSource } from "eventsource";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BareWorker } from "../support/bare-worker.ts";
import { type Service, startService } from "../support/service.ts";

let service: Service;
let worker: BareWorker;

beforeAll(async () => {
  service = await startService();
  worker = service.worker;
});
afterAll(() => service?.close());

const callCount = async (match: string) => (await service.calls(match)).length;

function send(question: string): Promise<Response> {
  return worker.ask("/api/chat/stream", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ messages: [{ role: "user", content: question }] }),
  });
}

interface Event {
  readonly id: number;
  readonly content?: string;
  readonly reset?: true;
  readonly done?: boolean;
  readonly error?: { readonly code: string; readonly retryable: boolean };
}

function eventsIn(text: string): Event[] {
  const lines = text.split("\n").filter((line) => line.startsWith("data: "));
  return lines.map((line) => JSON.parse(line.slice("data: ".length)) as Event);
}

const textOf = (events: readonly Event[]) => events.map(({ content }) => content ?? "").join("");

/** Passes connections on, and cuts each after so many bytes of the answer, as long as there are cuts left. */
async function cuttingProxy(origin: string, cuts: number[]): Promise<Server> {
  const { hostname, port } = new URL(origin);
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname);
    let left = cuts.shift() ?? Number.POSITIVE_INFINITY;
    const cut = () => {
      client.resetAndDestroy();
      server.destroy();
    };
    client.pipe(server);
    client.on("error", cut);
    server.on("error", cut).on("end", () => client.end());
    server.on("data", (bytes) => {
      client.write(bytes.subarray(0, left));
      left -= bytes.length;
      if (left <= 0) setImmediate(cut);
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return proxy;
}

describe("npm's EventSource on the resume route", () => {
  it("reconnects by itself whenever the server drops it, and misses nothing", async () => {
    const content = "0123456789".repeat(40);
    await service.script("event-source", [{ content, chunkChars: 5, chunkDelayMs: 40 }]);
    const first = await send("event-source");
    const streamId = first.headers.get("X-Stream-Id");
    await first.body?.cancel();
    const proxy = await cuttingProxy(worker.origin, [900, 1_200, 1]);
    const { port } = proxy.address() as AddressInfo;
    const source = new EventSource(`http://127.0.0.1:${port}/api/chat/streams/${streamId}`);
    let opened = 0;
    source.addEventListener("open", () => {
      opened += 1;
    });
    const events: Event[] = [];
    await new Promise<void>((resolve) => {
      source.addEventListener("message", ({ data, lastEventId }) => {
        const event = JSON.parse(data) as Event;
        expect(lastEventId).toBe(String(event.id));
        events.push(event);
        if (event.done) resolve();
      });
    });
    source.close();
    proxy.close();
    expect(textOf(events)).toBe(content);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
    expect(opened).toBeGreaterThanOrEqual(3);
    expect(await callCount("event-source")).toBe(1);
  });
});

/** How many times the server is killed: more where the environment says so. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 3);
const CONTENT = "abcdefghijklmnopqrstuvwxyz".repeat(4);

/** What a reader has of a stream when it has seen `count` events and the server is then killed. */
async function readUntilKilled(stream: Response, count: number): Promise<Event[]> {
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!seen.includes(`"id":${count},`)) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) throw new Error("the answer was over before its server was killed");
    seen += value;
  }
  await worker.kill();
  await reader?.cancel().catch(() => {});
  return eventsIn(seen.slice(0, seen.lastIndexOf("\n\n") + 2));
}

/** The text of an answer that began again, as a reader with `read` who comes back has it. */
function textAfterReset(read: readonly Event[], more: readonly Event[]): string {
  const all = [...read, ...more];
  return textOf(all.slice(all.findLastIndex(({ reset }) => reset) + 1));
}

describe("a server whose process group is killed with -9 in mid-answer", () => {
  it(
    `gives the whole answer, paid for twice at most, to the reader who comes back (${ROUNDS} times)`,
    async () => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        const question = `kill-nine-${round}-`;
        await service.script(question, [{ content: CONTENT, chunkChars: 1, chunkDelayMs: 40 }]);
        const first = await send(question);
        const streamId = first.headers.get("X-Stream-Id");
        const count = 1 + ((round * 37) % 40);
        const read = await readUntilKilled(first, count);
        await service.script(question, [{ content: CONTENT, chunkChars: 7 }]);
        await worker.start();
        const after = read.at(-1)?.id ?? 0;
        const more = eventsIn(
          await (await worker.ask(`/api/chat/streams/${streamId}?after=${after}`)).text(),
        );
        expect(more[0]).toMatchObject({ reset: true });
        expect(more[0]?.id).toBeGreaterThan(after);
        expect(textAfterReset(read, more)).toBe(CONTENT);
        expect(more.at(-1)).toMatchObject({ done: true });
        expect(await callCount(question)).toBe(2);
      }
    },
    60_000 + ROUNDS * 30_000,
  );
});
