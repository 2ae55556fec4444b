import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { TokenCounts } from "../../src/openai/shapes/usage.ts";
import { call, eventsOf, post, type StreamEvent } from "./api.ts";

let said = 0;
/** A question that no other test asks; it is also how the upstream's record is searched. */
export function newQuestion(): string {
  said += 1;
  return `question-${crypto.randomUUID().slice(0, 8)}-${said}: what is a deductible?`;
}

export function ask(question: string) {
  return { messages: [{ role: "user", content: question }] };
}

type Headers = Record<string, string>;

export function chat(body: unknown, headers: Headers = {}): Promise<Response> {
  return post("/api/chat", body, headers);
}

export function chatStream(body: unknown, headers: Headers = {}): Promise<Response> {
  return post("/api/chat/stream", body, headers);
}

export function resume(streamId: string, after: number, init: RequestInit = {}): Promise<Response> {
  return call(`/api/chat/streams/${streamId}`, { headers: { "Last-Event-ID": String(after) }, ...init });
}

export function stop(streamId: string): Promise<Response> {
  return call(`/api/chat/streams/${streamId}`, { method: "DELETE" });
}

export function stopKey(key: string): Promise<Response> {
  return call("/api/chat/streams", { method: "DELETE", headers: { "Idempotency-Key": key } });
}

export function streamIdOf(response: Response): string {
  return response.headers.get("X-Stream-Id") ?? "";
}

export interface ChatBody {
  readonly message: { readonly role: string; readonly content: string };
  readonly finishReason: string;
  readonly usage: TokenCounts;
  readonly streamId: string;
  readonly fromIdempotentCache?: true;
}

export async function answerOf(response: Response): Promise<ChatBody> {
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as ChatBody;
}

export function textOf(events: readonly StreamEvent[]): string {
  return events.map(({ content }) => content ?? "").join("");
}

export async function streamedText(response: Response): Promise<string> {
  return textOf(await eventsOf(response));
}

export function objectOf(streamId: string) {
  return env.CHAT_STREAMS.get(env.CHAT_STREAMS.idFromName(streamId.split(".")[0] ?? ""));
}

/** An answer that says "abcdef", and then nothing more. */
export const HALF = { content: "abcdefgh", chunkChars: 1, chunkDelayMs: 100, silentAfterChunks: 6 };

/** The id of a stream whose server died when it had said "abcdef", where `HALF` answers it. */
export async function deadStream(question: string, headers: Headers = {}): Promise<string> {
  const stream = await chatStream(ask(question), headers);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = "";
  while (!/"[a-e]*f"/.test(seen)) {
    const { value } = (await reader?.read()) ?? {};
    if (value === undefined) throw new Error(`the answer was over before its server died: ${seen}`);
    seen += value;
  }
  await abortAllDurableObjects();
  await reader?.cancel().catch(() => {});
  return streamIdOf(stream);
}
