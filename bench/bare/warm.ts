import { createHash } from "node:crypto";

interface Env {
  readonly DB: D1Database;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const INSERT = "INSERT INTO bare VALUES (?, ?)";

/** Hashes the body and selects one row by it. PUT fills the table: `{request, answer}`, both text. */
export default {
  async fetch(request: Request, { DB }: Env): Promise<Response> {
    const text = await request.text();
    const body = JSON.parse(text) as Record<string, string>;
    if (request.method === "PUT") {
      await DB.prepare(INSERT)
        .bind(digest(body.request ?? ""), body.answer)
        .run();
      return new Response(null, { status: 204 });
    }
    const select = DB.prepare("SELECT answer FROM bare WHERE key = ?");
    const row = await select.bind(digest(text)).first<{ answer: string }>();
    return new Response(row?.answer, { headers: { "Content-Type": "application/json" } });
  },
};
