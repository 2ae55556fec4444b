import { createParser } from "eventsource-parser";

/** A promise that the service did not keep; the message says which, and what came instead. */
export class Broken extends Error {}

export function expect(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Broken(otherwise);
}

/** The longest that any single answer may take: a portrait's 180 s are polled for, in short requests. */
const REQUEST_MS = 120_000;

export interface Access {
  /** Without a slash at its end. */
  readonly url: string;
  readonly adminToken: string | undefined;
  /** A signed-in user's bearer, where the service wants one. */
  readonly token: string | undefined;
  /** One of its `ALLOWED_ORIGINS`. */
  readonly allowedOrigin: string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface StreamEvent {
  readonly id: number;
  readonly content?: string;
  readonly done?: boolean;
  readonly finishReason?: string;
  readonly error?: { readonly code: string };
}

/** What is read from outside; a member that is not there is undefined. */
export type Json = Readonly<Record<string, unknown>>;

export function createService({ url, adminToken, token, allowedOrigin }: Access) {
  async function send(path: string, bearer: string | undefined, ask: Ask = {}): Promise<Response> {
    const headers = new Headers(ask.headers);
    if (bearer !== undefined) headers.set("Authorization", `Bearer ${bearer}`);
    if (ask.body !== undefined && !headers.has("Content-Type"))
      headers.set("Content-Type", "application/json");
    const limit = AbortSignal.timeout(REQUEST_MS);
    return await fetch(new URL(path, `${url}/`), {
      method: ask.method ?? (ask.body === undefined ? "GET" : "POST"),
      headers,
      body: typeof ask.body === "string" ? ask.body : JSON.stringify(ask.body),
      signal: ask.signal ? AbortSignal.any([ask.signal, limit]) : limit,
      redirect: "manual",
    });
  }
  return {
    hasAdmin: adminToken !== undefined,
    allowedOrigin,
    /** `path` may be a whole URL. */
    ask: (path: string, ask?: Ask) => send(path, token, ask),
    admin: (path: string, ask?: Ask) => send(path, adminToken, ask),
  };
}

export type Service = ReturnType<typeof createService>;

/** The body of an answer with this status; anything else is a broken promise. */
export async function jsonOf(response: Response, status = 200): Promise<Json> {
  const text = await response.text();
  const said = `${response.status} ${text.slice(0, 200)}`;
  expect(response.status === status, `${status} was promised, and it answered ${said}`);
  try {
    return Object(JSON.parse(text)) as Json;
  } catch {
    throw new Broken(`JSON was promised, and it answered ${said}`);
  }
}

/** The events of a stream as they come; leaving the loop hangs up. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent> {
  expect(response.status === 200 && response.body !== null, `A stream was promised: ${response.status}`);
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => events.push(JSON.parse(data) as StreamEvent) });
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    parser.feed(text);
    yield* events.splice(0);
  }
}
