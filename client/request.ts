import { Lost, problemFrom } from "./problem.ts";

export interface ConnectionOptions {
  /** The service's origin; empty, the default, is the page's own. */
  readonly baseUrl?: string | undefined;
  /** Added to every request. A function is asked each time, and once more after a 401: tokens expire. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface Ask {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly keepalive?: boolean;
}

/** Rejects with `AskNewtonError` where the answer is an error, and with `Lost` where there is none. */
export type Call = (path: string, ask?: Ask) => Promise<Response>;

const UNAUTHORIZED = 401;

export function createCall({ baseUrl = "", headers, fetch: given }: ConnectionOptions): Call {
  const origin = baseUrl.replace(/\/+$/, "");
  const send: typeof fetch = given ?? ((url, init) => globalThis.fetch(url, init));

  async function request(path: string, { body, headers: own, ...init }: Ask): Promise<Response> {
    try {
      const all = new Headers(typeof headers === "function" ? await headers() : headers);
      if (body) all.set("Content-Type", "application/json");
      for (const name in own) all.set(name, own[name] ?? "");
      return await send(origin + path, { ...init, body: body ? JSON.stringify(body) : null, headers: all });
    } catch (error) {
      // What `fetch` says of a network that fails; also where `headers` met one on the way to its token.
      throw error instanceof TypeError ? new Lost("network", error) : error;
    }
  }

  return async (path, ask = {}) => {
    let response = await request(path, ask);
    if (response.status === UNAUTHORIZED && typeof headers === "function") {
      response.body?.cancel().catch(() => {});
      response = await request(path, ask);
    }
    if (response.ok) return response;
    throw await problemFrom(response);
  };
}

/** 128 random bits. Not `randomUUID`, which pages without https do not have. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
