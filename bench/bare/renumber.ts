import { createParser } from "eventsource-parser";
import { askUpstream, type BareEnv, type Context, identityStream } from "./upstream.ts";

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
}

const encoder = new TextEncoder();

/** One write for each read: what the upstream said, decoded and numbered. No object, no log, no time-out. */
async function renumber(body: ReadableStream<Uint8Array>, writer: WritableStreamDefaultWriter) {
  const decoder = new TextDecoder();
  let id = 0;
  let out = "";
  const parser = createParser({
    onEvent({ data }) {
      if (data === "[DONE]") return;
      const content = (JSON.parse(data) as Chunk).choices?.[0]?.delta?.content;
      if (content) out += `data: ${JSON.stringify({ id: ++id, content })}\n\n`;
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
}

export default {
  async fetch(request: Request, env: BareEnv, ctx: Context): Promise<Response> {
    const { body } = await askUpstream(request, env);
    const { readable, writable } = identityStream();
    if (body) ctx.waitUntil(renumber(body, writable.getWriter()));
    return new Response(readable, { headers: { "Content-Type": "text/event-stream" } });
  },
};
