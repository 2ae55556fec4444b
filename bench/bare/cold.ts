import { createHash } from "node:crypto";
import { personaMessages } from "../../src/personas/generation/prompt.ts";

interface Env {
  readonly DB: D1Database;
  readonly OPENAI_BASE_URL: string;
}

const SELECT = "SELECT answer FROM bare WHERE key = ?";
const INSERT = "INSERT INTO bare VALUES (?, ?)";

/** One SELECT, one fetch to the same upstream for the same text, one INSERT. */
export default {
  async fetch(request: Request, { DB, OPENAI_BASE_URL }: Env): Promise<Response> {
    const lead = await request.text();
    const { config } = JSON.parse(lead) as { config: { count: number } };
    const key = createHash("sha256").update(lead).digest("hex");
    await DB.prepare(SELECT).bind(key).first();
    const upstream = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer bench" },
      body: JSON.stringify({
        model: "gpt-6.1-terra",
        stream: true,
        stream_options: { include_usage: true },
        ...personaMessages({ lead, count: config.count }, "persona"),
      }),
    });
    const answer = await upstream.text();
    await DB.prepare(INSERT).bind(key, answer).run();
    return new Response(answer, { headers: { "Content-Type": "application/json" } });
  },
};
