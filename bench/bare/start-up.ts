import { Hono } from "hono";
import { OpenAI } from "openai";

const app = new Hono<{ Bindings: { OPENAI_API_KEY: string } }>();
let client: OpenAI | undefined;

/** Imports hono and the SDK, and answers with a constant. */
app.post("/api/personas/generate", (c) => {
  client ??= new OpenAI({ apiKey: c.env.OPENAI_API_KEY });
  return c.json({ fromCache: true, baseUrl: client.baseURL });
});

export default app;
