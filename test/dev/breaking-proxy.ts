import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What stands between a caller and the service: `pass` asks the service, for the same or for something else. */
export type Between = (asked: Asked, pass: (asked: Asked) => Promise<Response>) => Promise<Response>;

const HOP_BY_HOP = [
  "host",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "content-encoding",
];

async function read(request: IncomingMessage): Promise<Asked> {
  const headers = new Headers(request.headers as Record<string, string>);
  for (const name of HOP_BY_HOP) headers.delete(name);
  const body = (await buffer(request)).toString();
  return { method: request.method ?? "GET", path: request.url ?? "/", headers, body };
}

/** A proxy in front of `target()` which can be told to break a promise. */
export async function startBreakingProxy(target: () => string) {
  let between: Between = (asked, pass) => pass(asked);
  const server = createServer(async (request, response) => {
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort());
    const pass = ({ method, path, headers, body }: Asked) =>
      fetch(target() + path, {
        method,
        headers,
        body: body === "" ? null : body,
        signal: hungUp.signal,
        redirect: "manual",
      });
    try {
      const answer = await between(await read(request), pass);
      const headers = new Headers(answer.headers);
      for (const name of HOP_BY_HOP) headers.delete(name);
      response.writeHead(answer.status, Object.fromEntries(headers));
      response.flushHeaders();
      if (answer.body) await pipeline(Readable.fromWeb(answer.body as never), response);
      else response.end();
    } catch {
      response.destroy(); // the caller has gone, or the service has
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put(next: Between): void {
      between = next;
    },
    close: () => server.close(),
  };
}
