import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface Wire {
  readonly origin: string;
  /** Holds every answer back until it is whole, as some proxies of companies do. */
  buffers: boolean;
  /** Every request, as `POST /api/chat`. */
  readonly heard: string[];
  /** Breaks every connection off. */
  drop(): void;
  close(): Promise<void>;
}

/** Something between the browser and the service. */
export async function startProxy(target: string): Promise<Wire> {
  async function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const whole = proxy.buffers ? await buffer(answer) : undefined;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    if (whole) response.end(whole);
    else answer.pipe(response);
  }

  const server = createServer((incoming, response) => {
    const { method, url = "/", headers } = incoming;
    proxy.heard.push(`${method} ${url}`);
    const outgoing = request(new URL(url, target), { method, headers }, (answer) => {
      pass(answer, response).catch(() => response.destroy());
    });
    response.on("close", () => outgoing.destroy());
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const proxy: Wire = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    buffers: false,
    heard: [],
    drop: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
