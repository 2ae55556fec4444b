import { EventSourceParserStream } from "eventsource-parser/stream";
import { asRecord, type JsonObject, parseJson } from "../json.ts";

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

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a text as it stands. */
  readonly body?: unknown;
}

export interface StreamEvent {
  readonly id: number;
  readonly content?: string;
  readonly done?: boolean;
  readonly finishReason?: string;
  readonly error?: { readonly code: string };
}

export type Answer = Awaited<ReturnType<typeof whole>>;

/** The whole of an answer, whatever its status. */
async function whole(response: Response) {
  const { status, url, headers } = response;
  const body = Buffer.from(await response.arrayBuffer());
  return { status, url, header: (name: string) => headers.get(name), body };
}

export type Service = ReturnType<typeof createService>;

export function createService({ url, adminToken, token, allowedOrigin }: Access) {
  async function send(path: string, bearer: string | undefined, ask: Ask = {}): Promise<Response> {
    const headers = new Headers({ "Content-Type": "application/json", ...ask.headers });
    if (bearer !== undefined) headers.set("Authorization", `Bearer ${bearer}`);
    if (ask.body === undefined) headers.delete("Content-Type");
    return await fetch(new URL(path, `${url}/`), {
      method: ask.method ?? (ask.body === undefined ? "GET" : "POST"),
      headers,
      body: typeof ask.body === "string" ? ask.body : JSON.stringify(ask.body),
      signal: AbortSignal.timeout(REQUEST_MS),
      redirect: "manual",
    });
  }

  const ask = async (path: string, asked?: Ask) => await whole(await send(path, token, asked));
  const admin = async (path: string, asked?: Ask) => jsonOf(await whole(await send(path, adminToken, asked)));
  return {
    hasAdmin: adminToken !== undefined,
    allowedOrigin,
    /** `path` may be a whole URL. */
    ask,
    json: async (path: string, asked?: Ask, status?: number) => jsonOf(await ask(path, asked), status),
    admin,
    stream: (path: string, asked?: Ask) => send(path, token, asked),
    /** Of today and of all callers; undefined without the administrator's token. */
    async totals(): Promise<JsonObject | undefined> {
      if (adminToken === undefined) return undefined;
      return asRecord((await admin("/api/admin/stats?days=1")).totals);
    },
  };
}

/** The body of an answer with this status; anything else is a broken promise. */
export function jsonOf({ status, body }: Answer, promised = 200): JsonObject {
  const said = `${status} ${String(body).slice(0, 200)}`;
  expect(status === promised, `${promised} was promised, and it answered ${said}`);
  const json = asRecord(parseJson(String(body)));
  if (json) return json;
  throw new Broken(`JSON was promised, and it answered ${said}`);
}

/** The events of a stream as they come; leaving the loop hangs up. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent> {
  expect(response.status === 200 && response.body !== null, `A stream was promised: ${response.status}`);
  const text = response.body.pipeThrough(new TextDecoderStream());
  for await (const { data } of text.pipeThrough(new EventSourceParserStream()))
    yield JSON.parse(data) as StreamEvent;
}
