import { createParser } from "eventsource-parser";
import type { StandIn } from "../../dev/stand-in/index.ts";

export interface ShownCall {
  readonly id: number;
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: Record<string, string>;
  readonly startedAt: number;
  readonly firstByteAt: number | null;
  readonly endedAt: number | null;
  readonly outcome: "open" | "finished" | "aborted";
}

interface ChatAnswer {
  readonly id: string;
  readonly choices: {
    readonly finish_reason: string | null;
    readonly message: { readonly role: string; readonly content: string; readonly refusal: string | null };
  }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
    readonly prompt_tokens_details: { readonly cached_tokens: number };
  };
}

interface ImageAnswer {
  readonly data: [{ readonly b64_json: string; readonly revised_prompt?: string }];
  readonly output_format?: string;
  readonly usage: {
    readonly total_tokens: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly input_tokens_details: Record<string, number>;
  };
}

interface ApiErrorAnswer {
  readonly error: { readonly code: string; readonly param: string | null; readonly type: string };
}

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

export const chatAnswer = json<ChatAnswer>;
export const imageAnswer = json<ImageAnswer>;
export const apiError = json<ApiErrorAnswer>;
/** What the control routes answer: calls, or what was wrong. */
export const controlAnswer = json<{ readonly calls: ShownCall[]; readonly error: string }>;

export interface Delta {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly role?: string;
}

export interface StreamEvent {
  readonly id: string;
  readonly choices: { readonly delta: Delta; readonly finish_reason: string | null }[];
  readonly usage?: Record<string, never> & { prompt_tokens_details: { cached_tokens: number } };
  readonly error?: { readonly message: string };
}

export interface StreamRead {
  readonly status: number;
  readonly events: StreamEvent[];
  /** Whether `[DONE]` came. */
  readonly done: boolean;
  /** Whether the body ended as HTTP says it should. */
  readonly clean: boolean;
  readonly text: string;
  readonly refusal: string;
  readonly finishReason: string | null;
}

const HEADERS = { authorization: "Bearer test-key", "content-type": "application/json" };

/** Reads a stream to its end, however it ends. */
async function readStream(response: Response): Promise<StreamRead> {
  const data: string[] = [];
  const parser = createParser({ onEvent: (event) => data.push(event.data) });
  const decoder = new TextDecoder();
  let clean = true;
  try {
    for await (const part of response.body ?? []) parser.feed(decoder.decode(part, { stream: true }));
  } catch {
    clean = false;
  }
  const events = data.filter((one) => one !== "[DONE]").map((one): StreamEvent => JSON.parse(one));
  const choices = events.flatMap((event) => event.choices ?? []);
  return {
    status: response.status,
    events,
    done: data.includes("[DONE]"),
    clean,
    text: choices.map(({ delta }) => delta.content ?? "").join(""),
    refusal: choices.map(({ delta }) => delta.refusal ?? "").join(""),
    finishReason: choices.map(({ finish_reason }) => finish_reason).find(Boolean) ?? null,
  };
}

/** Speaks to a stand-in as the Worker and its tests do: by fetch alone. */
export function createClient({ origin, baseUrl }: StandIn) {
  const send = (method: string, url: string, body?: unknown, init: RequestInit = {}) =>
    fetch(url, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...init,
    });
  const post = (path: string, body: unknown, init?: RequestInit) => send("POST", baseUrl + path, body, init);
  const control = (method: string, path: string, body?: unknown) =>
    send(method, `${origin}/__stand-in${path}`, body);

  function chatBody(text: string, more: Record<string, unknown> = {}) {
    return { model: "gpt-6-luna", messages: [{ role: "user", content: text }], ...more };
  }

  return {
    post,
    control,
    chatBody,
    get: (path: string) => send("GET", baseUrl + path),
    chat: (text: string, more?: Record<string, unknown>) => post("/chat/completions", chatBody(text, more)),
    async stream(text: string, more: Record<string, unknown> = {}, init?: RequestInit): Promise<StreamRead> {
      return readStream(await post("/chat/completions", chatBody(text, { stream: true, ...more }), init));
    },
    script: (match: string, steps: unknown[], repeat?: boolean) =>
      control("POST", "/script", { match, steps, ...(repeat === undefined ? {} : { repeat }) }),
    async calls(query: string): Promise<ShownCall[]> {
      const { calls } = await controlAnswer(await control("GET", `/calls${query}`));
      return calls;
    },
  };
}

export type Client = ReturnType<typeof createClient>;
