import { Agent, request } from "node:http";

export interface Load {
  readonly url: URL;
  /** Sent one after another, over and over, as JSON. */
  readonly bodies: readonly string[];
  /** Each has one request under way at a time, on a connection that stays open. */
  readonly connections: number;
  readonly ms: number;
}

function post(url: URL, body: string, agent: Agent): Promise<void> {
  const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url.pathname} answered ${response.statusCode}`));
      response.on("end", resolve).on("error", reject).resume();
    })
      .on("error", reject)
      .end(body);
  });
}

export interface Rate {
  readonly requests: number;
  readonly perSecond: number;
}

/** As many requests as go. Rejects where one is answered with anything but 200. */
export async function closedLoop({ url, bodies, connections, ms }: Load): Promise<Rate> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedAt = performance.now();
  let sent = 0;
  async function loop(): Promise<void> {
    while (performance.now() - startedAt < ms) {
      await post(url, bodies[sent++ % bodies.length] ?? "", agent);
    }
  }
  await Promise.all(Array.from({ length: connections }, loop));
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { requests: sent, perSecond: sent / seconds };
}
