import { DurableObject } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { createParser } from "eventsource-parser";
import { askUpstream, type BareEnv, identityStream } from "./upstream.ts";

interface Env extends BareEnv {
  readonly DB: D1Database;
  readonly CHAT_STREAMS: DurableObjectNamespace<ChatStream>;
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

interface Event {
  readonly id: number;
  readonly content: string;
}

const FLUSH_MS = 250;
const KEEP_MS = 3_600_000;
const TABLES = [
  "CREATE TABLE IF NOT EXISTS runs (name TEXT NOT NULL, state TEXT NOT NULL, endedAt INTEGER)",
  "CREATE TABLE IF NOT EXISTS events (firstId INTEGER PRIMARY KEY, entries TEXT NOT NULL)",
];
const encoder = new TextEncoder();

/**
 * The least that keeps the promise of a chat: a run by name that decodes and numbers each read with one write, keeps
 * its events every 250 ms, a row when it begins and when it ends, one alarm, and one row in D1.
 */
export class ChatStream extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql;
  #unwritten: Event[] = [];

  async send(name: string, text: string): Promise<ReadableStream<Uint8Array>> {
    const answer = askUpstream(text, this.env); // has left before anything is written
    for (const table of TABLES) this.#sql.exec(table);
    this.#sql.exec("INSERT INTO runs (name, state) VALUES (?, 'running')", name);
    this.ctx.storage.setAlarm(Date.now() + KEEP_MS);
    const { body } = await answer;
    const { readable, writable } = identityStream();
    if (body) this.ctx.waitUntil(this.#run(name, body, writable.getWriter()));
    return readable;
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll();
  }

  #flush(): void {
    const [first] = this.#unwritten;
    if (!first) return;
    this.#sql.exec("INSERT INTO events VALUES (?, ?)", first.id, JSON.stringify(this.#unwritten));
    this.#unwritten = [];
  }

  #keep(event: Event): void {
    if (this.#unwritten.push(event) === 1) setTimeout(() => this.#flush(), FLUSH_MS);
  }

  async #run(name: string, body: ReadableStream<Uint8Array>, writer: WritableStreamDefaultWriter) {
    const decoder = new TextDecoder();
    let id = 0;
    let out = "";
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data === "[DONE]") return;
        const content = (JSON.parse(data) as Chunk).choices?.[0]?.delta?.content;
        if (!content) return;
        const event = { id: ++id, content };
        this.#keep(event);
        out += `data: ${JSON.stringify(event)}\n\n`;
      },
    });
    for await (const bytes of body) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (out === "") continue;
      const piece = encoder.encode(out);
      out = "";
      await writer.write(piece);
    }
    await writer.write(encoder.encode(`data: ${JSON.stringify({ id: ++id, done: true })}\n\n`));
    await writer.close();
    this.#flush();
    this.#sql.exec("UPDATE runs SET state = 'done', endedAt = ?", Date.now());
    await this.env.DB.prepare("INSERT INTO bare VALUES (?, ?)").bind(name, String(id)).run();
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const text = await request.text();
    const name = createHash("sha256").update(text).digest("hex");
    const body = await env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(name)).send(name, text);
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  },
};
