import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Account, createAccount, Refusal, type Right } from "./account.ts";
import { findRoute } from "./routes.ts";

const PREFIX = "/client/v4";

/** By the part of the path that is theirs. */
function rightFor(path: string): Right {
  if (path.startsWith("/graphql")) return "analytics";
  if (path.startsWith("/zones") || path.includes("/domains/")) return "routes";
  if (path.includes("/d1/")) return "d1";
  if (path.includes("/r2/")) return "r2";
  return /\/queues(\/|$)/.test(path) ? "queues" : "scripts";
}

function refuseWithoutRight(account: Account, path: string): void {
  const right = rightFor(path);
  if (account.rights.has(right)) return;
  if (right === "d1")
    throw new Refusal(
      403,
      7403,
      "The given account is not valid or is not authorized to access this service",
    );
  throw new Refusal(403, 10000, "Authentication error");
}

async function answerApi(account: Account, request: IncomingMessage, url: URL): Promise<unknown> {
  const { method = "GET", headers } = request;
  const path = url.pathname.slice(PREFIX.length);
  const body = await buffer(request);
  refuseWithoutRight(account, path);
  if (account.failure?.method === method && account.failure.path.test(path)) {
    throw new Refusal(500, 10001, "Internal server error");
  }
  const found = findRoute(method, path);
  if (!found) throw new Refusal(404, 7000, `No route for ${method} ${path}`);
  const type = headers["content-type"] ?? "";
  return await found.act({
    account,
    parts: found.parts,
    query: url.searchParams,
    json: async () => JSON.parse(body.toString()),
    form: () => new Response(new Uint8Array(body), { headers: { "Content-Type": type } }).formData(),
  });
}

/** What the deployed Worker says of itself: that it is ready where it has its key. */
function answerWorker({ scripts, subdomain, domains }: Account, host: string): [number, unknown] {
  const [name = ""] = host.split(`.${subdomain}.workers.dev`);
  const script = scripts.get(domains.get(host) ?? name);
  if (!script || !(script.enabled || domains.has(host))) return [404, "There is nothing here yet"];
  const ready = script.secrets.has("OPENAI_API_KEY");
  return [ready ? 200 : 503, { status: ready ? "ok" : "unready", checks: {}, warnings: [] }];
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/** Cloudflare's API for one account, and under `/deployed/<host>` the Workers in it. On loopback. */
export async function startCloudflare() {
  const account = createAccount();
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const [, place, host = ""] = url.pathname.split("/");
    if (place === "deployed") return reply(response, ...answerWorker(account, host));
    calls.push(`${request.method} ${url.pathname.slice(PREFIX.length).replace(/^\/accounts\/\w+/, "")}`);
    try {
      const result = await answerApi(account, request, url);
      const result_info = { page: 1, per_page: 100, count: 0, total_count: 0 };
      reply(response, 200, { result, result_info, success: true, errors: [], messages: [] });
    } catch (error) {
      const { status = 500, code = 1, message } = error as Partial<Refusal> & Error;
      reply(response, status, { result: null, success: false, errors: [{ code, message }], messages: [] });
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    account,
    /** Method and path of each call of the API so far, without the account's own part. */
    calls,
    origin,
    apiBaseUrl: `${origin}${PREFIX}`,
    close: () => server.close(),
  };
}

export type Cloudflare = Awaited<ReturnType<typeof startCloudflare>>;
