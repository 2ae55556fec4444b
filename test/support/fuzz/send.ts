import { Agent, type IncomingMessage, request } from "node:http";
import { hold } from "../hold.ts";
import type { FuzzRequest } from "./requests.ts";

/** Far above what any answer takes: past it, the server hangs. */
const HANGS_AFTER_MS = 30_000;
const NO_BODY = [101, 204, 205, 304];

/** A connection each: one on which an answer came before the whole request was sent is not used again. */
const agent = new Agent({ keepAlive: false });

async function read(incoming: IncomingMessage): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const status = incoming.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) headers.append(name, value);
  return new Response(NO_BODY.includes(status) ? null : Buffer.concat(chunks), { status, headers });
}

/** In a few words, for a failure's message. */
export function show({ method, path, headers, body, chunked }: FuzzRequest): string {
  const text = new TextDecoder().decode(body ?? new Uint8Array()).slice(0, 300);
  return `${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 500)}${chunked ? " chunked" : ""}\n${text}`;
}

/** Sends it and reads the whole answer. Rejects where none comes. */
export async function send(origin: string, fuzz: FuzzRequest): Promise<Response> {
  const { method, path, headers, body, chunked } = fuzz;
  // Without either Node would send a GET's body as if it were the next request.
  const framing = chunked
    ? { "Transfer-Encoding": "chunked" }
    : { "Content-Length": String(body?.byteLength) };
  const signal = AbortSignal.timeout(HANGS_AFTER_MS);
  const options = { agent, method, path, headers: { ...headers, ...(body && framing) }, signal };
  return await new Promise<Response>((resolve, reject) => {
    const outgoing = request(origin, options, (incoming) => read(incoming).then(resolve, reject));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** No failure of the server's own, and whatever the answer is, as the contract and the document have it. */
export async function survives(origin: string, fuzz: FuzzRequest): Promise<number> {
  try {
    const response = await send(origin, fuzz);
    const asked = { method: fuzz.method, url: origin + fuzz.path, headers: new Headers() };
    await hold(asked, response.clone());
    if (response.status < 500 || (await response.text()).includes('"not_cached"')) return response.status;
    throw new Error(`answered ${response.status}`);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${show(fuzz)}`, { cause: error });
  }
}
