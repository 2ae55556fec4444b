import { OpenAI } from "openai";
import { type BareEnv, type Context, identityStream } from "./upstream.ts";

const encoder = new TextEncoder();

/** The loop that everybody writes first: `for await` over the SDK's stream, one write for each token. */
async function loop(openai: OpenAI, messages: [], writer: WritableStreamDefaultWriter) {
  const stream = await openai.chat.completions.create({ model: "gpt-6-luna", messages, stream: true });
  for await (const chunk of stream) {
    const content = chunk.choices[0]?.delta?.content;
    if (content) await writer.write(encoder.encode(`data: ${JSON.stringify({ content })}\n\n`));
  }
  await writer.write(encoder.encode(`data: ${JSON.stringify({ done: true })}\n\n`));
  await writer.close();
}

export default {
  async fetch(request: Request, env: BareEnv, ctx: Context): Promise<Response> {
    const openai = new OpenAI({ apiKey: env.OPENAI_API_KEY, baseURL: env.OPENAI_BASE_URL });
    const { messages } = (await request.json()) as { messages: [] };
    const { readable, writable } = identityStream();
    ctx.waitUntil(loop(openai, messages, writable.getWriter()));
    return new Response(readable, { headers: { "Content-Type": "text/event-stream" } });
  },
};
