/** What the bare Workers take from their environment. */
export interface BareEnv {
  readonly OPENAI_BASE_URL: string;
  readonly OPENAI_API_KEY: string;
}

/** The runtime's native one: what is written comes out as it is, without JavaScript. */
export function identityStream(): { readable: ReadableStream; writable: WritableStream<Uint8Array> } {
  return new IdentityTransformStream();
}

/** The same call of the same model as the service makes, with nothing around it. `text`: the request's body. */
export async function askUpstream(text: string, env: BareEnv): Promise<Response> {
  const { messages } = JSON.parse(text) as { messages: unknown[] };
  const body = { model: "gpt-6-luna", messages, stream: true, stream_options: { include_usage: true } };
  return await fetch(`${env.OPENAI_BASE_URL}/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.OPENAI_API_KEY}` },
    body: JSON.stringify({ ...body, stream_options: { ...body.stream_options, include_obfuscation: false } }),
  });
}
