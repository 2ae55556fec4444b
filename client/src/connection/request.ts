import { problemFrom } from "../problem.ts";
import { ConnectionLost } from "./connection-lost.ts";

export interface ConnectionOptions {
  /** The service's origin; empty, the default, is the page's own. */
  readonly baseUrl?: string | undefined;
  /** Added to every request. A function is called for each one, and once more after a 401: tokens expire. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface CallOptions {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON. */
  readonly body?: object;
  /** Those that are undefined are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly keepalive?: boolean;
}

/** Rejects with `AskNewtonError` where the answer is an error, and with `ConnectionLost` where there is none. */
export type Call = (path: string, options?: CallOptions) => Promise<Response>;

export function createCall({ baseUrl = "", headers, fetch = globalThis.fetch }: ConnectionOptions): Call {
  const origin = baseUrl.replace(/\/+$/, "");

  async function allHeaders(own: CallOptions["headers"] = {}): Promise<Headers> {
    const all = new Headers(typeof headers === "function" ? await headers() : headers);
    for (const name in own) if (own[name]) all.set(name, own[name]);
    return all;
  }

  async function send(path: string, { body, headers: own, ...init }: CallOptions): Promise<Response> {
    try {
      const all = await allHeaders({ ...own, "Content-Type": body && "application/json" });
      return await fetch(origin + path, { ...init, body: JSON.stringify(body) ?? null, headers: all });
    } catch (error) {
      // What `fetch` rejects with where the network fails, or a browser ends it by itself, as one does with a page
      // that it freezes; also where `headers` met one on the way to its token.
      throw /^(Type|Abort|Timeout)Error$/.test((error as Error)?.name)
        ? new ConnectionLost("network", error)
        : error;
    }
  }

  return async (path, options = {}) => {
    let response = await send(path, options);
    if (response.status === 401 && typeof headers === "function") {
      response.body?.cancel().catch(() => {});
      response = await send(path, options);
    }
    if (response.ok) return response;
    throw await problemFrom(response);
  };
}

/** 128 random bits. Not `randomUUID`, which pages without https do not have. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
