import { onTestFinished } from "vitest";
import type { StreamChatEvent, StreamChatOptions } from "../../../client/src/index.ts";
import { type HostileService, startHostileService } from "./hostile-service.ts";

/** Tries that follow each other fast; silence is noticed as late as in earnest, however slow the machine. */
export const QUICK = { reconnect: { baseMs: 2, maxMs: 10 } } as const;
/** For where silence is what a test is about: noticed after half a second. */
export const WATCHFUL = { heartbeatMs: 200 } as const;

export const QUESTION = [{ role: "user" as const, content: "What is a deductible?" }];

export async function hostileService(): Promise<HostileService> {
  const service = await startHostileService();
  onTestFinished(() => service.close());
  return service;
}

/** Options for a service, the events that happened, and the text as a page shows it: anew after each reset. */
export function watched(service: HostileService, options: StreamChatOptions = {}) {
  const events: StreamChatEvent[] = [];
  let text = "";
  const onEvent = (event: StreamChatEvent) => {
    if (event.type === "reset") text = "";
    events.push(event);
  };
  const shown = async (words: AsyncIterable<string>) => {
    for await (const word of words) text += word;
    return text;
  };
  const all: StreamChatOptions = { ...QUICK, baseUrl: service.origin, onEvent, ...options };
  return { events, shown, options: all, types: () => events.map(({ type }) => type) };
}

export async function textOf(words: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const word of words) text += word;
  return text;
}

/** A gate that a run waits at until the test opens it. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, wait: () => opened };
}

const COMMENT = new TextEncoder().encode(": keep-alive\n\n");

/** A body that first carries so many comments, one at a time. */
export function withComments(response: Response, { everyMs, count, afterwards }: Comments): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  async function write() {
    const writer = writable.getWriter();
    for (let sent = 0; sent < count; sent++) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      await writer.write(COMMENT);
    }
    afterwards();
    writer.releaseLock();
    await response.body?.pipeTo(writable);
  }
  write().catch(() => {}); // the reader has gone
  return new Response(readable, response);
}

interface Comments {
  readonly everyMs: number;
  readonly count: number;
  /** Called after the last of them. */
  readonly afterwards: () => void;
}
