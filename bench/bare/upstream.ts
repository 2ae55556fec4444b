import type * as workers from "@cloudflare/workers-types";

declare const IdentityTransformStream: typeof workers.IdentityTransformStream;

/** What the bare Workers take from their environment. */
export interface BareEnv {
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_API_KEY: string;
}
export type Context = Pick<workers.ExecutionContext, "waitUntil">;

/** The runtime's native one: what is written comes out as it is, without JavaScript. */
export function identityStream(): { readable: ReadableStream; writable: WritableStream<Uint8Array> } {
  return new IdentityTransformStream() as never;
}

/** The same call of the same model as the service makes, with nothing around it. */
export async function askUpstream(request: Request, env: BareEnv): Promise<Response> {
  const { messages } = (await request.json()) as { messages: unknown[] };
  const body = { model: "gpt-6-luna", messages, stream: true, stream_options: { include_usage: true } };
  return await fetch(`${env.OPENAI_BASE_URL}/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.OPENAI_API_KEY}` },
    body: JSON.stringify({ ...body, stream_options: { ...body.stream_options, include_obfuscation: false } }),
  });
}
