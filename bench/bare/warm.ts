import { createHash } from "node:crypto";
import type { D1Database } from "@cloudflare/workers-types";

interface Env {
  readonly DB: D1Database;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const INSERT = `INSERT INTO persona_cache (input_hash, set_id, personas_json, model, created_at)
  VALUES (?, ?, ?, 'bare', 0)`;

/** Hashes the body and selects one row by it. PUT fills the table: `{request, answer}`, both text. */
export default {
  async fetch(request: Request, { DB }: Env): Promise<Response> {
    const text = await request.text();
    const body = JSON.parse(text) as Record<string, string>;
    if (request.method === "PUT") {
      await DB.prepare(INSERT)
        .bind(digest(body.request ?? ""), crypto.randomUUID(), body.answer)
        .run();
      return new Response(null, { status: 204 });
    }
    const select = DB.prepare("SELECT personas_json AS answer FROM persona_cache WHERE input_hash = ?");
    const row = await select.bind(digest(text)).first<{ answer: string }>();
    return new Response(row?.answer, { headers: { "Content-Type": "application/json" } });
  },
};
